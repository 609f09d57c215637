// What providers get wrong, systematically: every way to break an answer in one place, and some to
// change it without breaking it.  Which of them a contract forgives, its rules say.
//
// An answer: { status, headers: [[name, value]], metadata, body }; a body is { json }, { xml },
// { text }, { form: [[name, value]] }, { parts: [{ name, file, type, text }] }, { bytes } or
// undefined.  breakages(answer) lists [what was done, the answer].
'use strict';
const { num, isNum, isList, isMap, text } = require('./values');
const { nodes } = require('./paths');

// ---- JSON ---------------------------------------------------------------------------------------

// A copy of the document in which `change` has made another value of the one at the path.
function at(document, [token, ...rest], change) {
  if (token === undefined) return change(document);
  if (isList(document)) return document.map((item, index) => (index === token ? at(item, rest, change) : item));
  return Object.fromEntries(Object.entries(document).map(([name, member]) => [name, name === token ? at(member, rest, change) : member]));
}

const without = (map, name) => Object.fromEntries(Object.entries(map).filter(([other]) => other !== name));
const renamed = (map, name) => Object.fromEntries(Object.entries(map).map(([other, member]) => [other === name ? `${name}X` : other, member]));
const isWhole = (number) => /^-?\d+$/.test(number.text);

function otherTypes(value) {
  if (isNum(value)) return [value.text, true, [value], isWhole(value) ? num(`${value.text}.5`) : num(Math.trunc(Number(value.text)))];
  if (isList(value)) return [value.length > 0 ? value[0] : {}, Object.fromEntries(value.map((item, index) => [index, item])), text(value)];
  if (isMap(value)) return [Object.values(value), Object.keys(value)[0] ?? '', [value]];
  if (typeof value === 'string') return [num(1), true, [value], { value }];
  return value === null ? ['null', num(0), false, {}, []] : [String(value), num(value ? 1 : 0), {}];
}

function otherValues(value) {
  if (isNum(value)) return isWhole(value) ? [num(Number(value.text) + 1), num(`-${value.text}`)] : [num(`${value.text}1`), num(Number(value.text) * 2)];
  if (isList(value)) return [[], value.slice(1), [...value, ...value.slice(-1)], [...value].reverse(), [...value, null], [...value, { more: num(1) }]];
  if (isMap(value)) return [{}, { ...value, more: num(1) }, Object.fromEntries(Object.entries(value).reverse())];
  if (typeof value === 'string') return [`${value}x`, value.toUpperCase(), '', value.slice(1), ` ${value}`];
  return value === null ? [] : [!value];
}

function brokenJson(document) {
  return nodes(document).flatMap(({ path, value }) => {
    const place = `/${path.join('/')}`;
    const put = (what, other) => [`${what} at ${place}`, at(document, path, () => other)];
    const members = isMap(value) ? Object.keys(value).flatMap((name) => [
      [`${place} without ${name}`, at(document, path, (map) => without(map, name))],
      [`${place} with ${name} renamed`, at(document, path, (map) => renamed(map, name))]]) : [];
    return [...members, put('null', null), ...otherTypes(value).map((other) => put(`type ${text(other)}`, other)),
      ...otherValues(value).map((other) => put(`value ${text(other)}`, other))];
  });
}

// ---- XML: ['name', { attribute: value }, child...], children being elements and texts -------------

const escape = (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function markup(node, indent) {
  if (typeof node === 'string') return escape(node);
  const [name, attributes, ...children] = node;
  const head = `${name}${Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`).join('')}`;
  if (children.length === 0) return `<${head}/>`;
  const gap = indent !== undefined && children.every(isList) ? `\n${indent}` : '';
  const below = gap === '' ? indent : `${indent}  `;
  return `<${head}>${children.map((child) => `${gap}${gap === '' ? '' : '  '}${markup(child, below)}`).join('')}${gap}</${name}>`;
}

// Every copy of the element in which one node is changed.
function* variants(element) {
  const [name, attributes, ...children] = element;
  for (const [what, changed] of brokenAttributes(attributes)) yield [`${name} ${what}`, [name, changed, ...children]];
  yield [`${name} renamed`, [`${name}X`, attributes, ...children]];
  yield [`${name} emptied`, [name, attributes]];
  yield [`${name} with more`, [name, attributes, ...children, ['more', {}, '1']]];
  if (children.length > 1) yield [`${name} reversed`, [name, attributes, ...[...children].reverse()]];
  for (const [index, child] of children.entries()) {
    const put = (...others) => [name, attributes, ...children.slice(0, index), ...others, ...children.slice(index + 1)];
    yield [`${name} without ${index}`, put()];
    yield [`${name} with ${index} twice`, put(child, child)];
    if (typeof child === 'string') for (const other of [`${child}x`, `7${child}`, child.toUpperCase(), ` ${child} `]) yield [`${name} text ${other}`, put(other)];
    else for (const [what, other] of variants(child)) yield [`${name}/${what}`, put(other)];
  }
}

function* brokenAttributes(attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    yield [`without ${key}`, without(attributes, key)];
    yield [`with ${key} renamed`, renamed(attributes, key)];
    for (const other of [`${value}x`, `7${value}`, '']) yield [`${key}=${other}`, { ...attributes, [key]: other }];
  }
  yield ['with an attribute more', { ...attributes, more: '1' }];
}

function brokenXml(root) {
  const document = (tree) => `<?xml version="1.0" encoding="UTF-8"?>${markup(tree)}`;
  return [...[...variants(root)].map(([what, tree]) => [what, { text: document(tree) }]),
    ['indented', { text: `${document(['x', {}]).replace(/<x\/>/, '')}\n${markup(root, '')}\n` }],
    ['with a comment', { text: document(root).replace(/>(<\/[^>]*>)$/, '><!-- more -->$1') }],
    ['without a declaration', { text: markup(root) }],
    ['cut', { text: document(root).slice(0, -3) }]];
}

// ---- the other bodies ---------------------------------------------------------------------------

const brokenText = (content) => [`${content}\n`, ` ${content}`, content.toUpperCase(), content.slice(1), content.slice(0, -1), `x${content}`, `${content}1`, content.replaceAll('\n', '\r\n')]
  .filter((other) => other !== content).map((other) => [`text ${JSON.stringify(other)}`, { text: other }]);

function brokenForm(fields) {
  const changed = fields.flatMap(([name, value], index) => {
    const put = (...others) => [...fields.slice(0, index), ...others, ...fields.slice(index + 1)];
    return [[`without ${name}`, put()], [`${name} renamed`, put([`${name}X`, value])], [`${name} twice`, put([name, value], [name, value])],
      [`${name} changed`, put([name, `${value}x`])], [`${name} emptied`, put([name, ''])], [`${name} in capitals`, put([name, value.toUpperCase()])]];
  });
  return [...changed, ['reversed', [...fields].reverse()], ['with a field more', [...fields, ['more', '1']]]].map(([what, form]) => [what, { form }]);
}

function brokenParts(parts) {
  const changed = parts.flatMap((part, index) => {
    const put = (...others) => [...parts.slice(0, index), ...others, ...parts.slice(index + 1)];
    return [[`without ${part.name}`, put()], [`${part.name} renamed`, put({ ...part, name: `${part.name}X` })],
      [`${part.name} changed`, put({ ...part, text: `${part.text}x` })], [`${part.name} emptied`, put({ ...part, text: '' })],
      [`${part.name} of another type`, put({ ...part, type: part.type === 'text/plain' ? 'application/json' : 'text/plain' })],
      [`${part.name} in another file`, put({ ...part, file: 'other.bin' })]];
  });
  return [...changed, ['reversed', [...parts].reverse()], ['with a part more', [...parts, { name: 'more', text: '1' }]]].map(([what, list]) => [what, { parts: list }]);
}

function brokenBytes(bytes) {
  const other = Buffer.from(bytes);
  other[other.length - 1] ^= 1;
  return [['last byte', other], ['shortened', bytes.subarray(0, -1)], ['lengthened', Buffer.concat([bytes, bytes])], ['of another kind', Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex')],
    ['text', Buffer.from('no picture today')]].map(([what, changed]) => [what, { bytes: changed }]);
}

const BREAK = { json: brokenJson, xml: brokenXml, text: brokenText, form: brokenForm, parts: brokenParts, bytes: brokenBytes };

function brokenBody(body) {
  if (body === undefined) return [['a body of text', { text: 'more' }], ['a body of JSON', { json: { more: num(1) } }]];
  const [kind] = Object.keys(body);
  const changed = BREAK[kind](body[kind]).map(([what, other]) => [what, kind === 'json' ? { json: other } : other]);
  return [...changed, ['no body', undefined], ['a page', { text: '<!DOCTYPE html><html><body><p>Not today</body></html>' }]];
}

// ---- the whole ----------------------------------------------------------------------------------

const TYPES = ['application/json', 'text/plain', 'application/xml', 'text/html;charset=utf-8', 'application/octet-stream', 'application/problem+json'];

function brokenHeaders(headers) {
  const changed = headers.flatMap(([name, value], index) => {
    const put = (...others) => [...headers.slice(0, index), ...others, ...headers.slice(index + 1)];
    const isType = name.toLowerCase() === 'content-type';
    return [[`without ${name}`, put()], [`${name} in small letters`, put([name.toLowerCase(), value])], [`${name} in capitals`, put([name.toUpperCase(), value])],
      [`${name}: in capitals`, put([name, value.toUpperCase()])], [`${name}: more`, put([name, isType ? `${value}; charset=utf-8` : `${value}x`])],
      ...(isType ? TYPES.filter((type) => type !== value).map((type) => [`${name}: ${type}`, put([name, type])])
        : [[`${name} emptied`, put([name, ''])], [`${name} twice`, put([name, value], [name, value])], [`${name}: reversed`, put([name, value.split(',').reverse().join(',')])],
          [`${name}: blanks`, put([name, ` ${value.replaceAll(',', ' , ')} `])]])];
  });
  return [...changed, ['a header more', [...headers, ['X-More', '1']]]];
}

// A message without metadata is one whose header is not there at all.
const brokenMetadata = (metadata) => [...brokenJson(metadata).filter(([, other]) => isMap(other)), ['no metadata', undefined]];

const STATUSES = [200, 201, 202, 206, 301, 302, 400, 401, 404, 418, 422, 500, 503];

function breakages(answer) {
  const { status = 200, headers, metadata, body } = answer;
  const isMessage = metadata !== undefined;
  return [['as it should be', answer],
    ...(isMessage ? [] : STATUSES.filter((other) => other !== status).map((other) => [`status ${other}`, { ...answer, status: other }])),
    ...brokenHeaders(headers).map(([what, other]) => [`header: ${what}`, { ...answer, headers: other }]),
    ...(isMessage ? brokenMetadata(metadata).map(([what, other]) => [`metadata: ${what}`, { ...answer, metadata: other }]) : []),
    ...brokenBody(body).map(([what, other]) => [`body: ${what}`, { ...answer, body: other }])];
}

// ---- on the wire --------------------------------------------------------------------------------

const BOUNDARY = 'cut-here';

function multipart(parts) {
  const disposition = ({ name, file }) => `Content-Disposition: form-data; name="${name}"${file ? `; filename="${file}"` : ''}`;
  return `${parts.map((part) => `--${BOUNDARY}\r\n${disposition(part)}\r\n${part.type ? `Content-Type: ${part.type}\r\n` : ''}\r\n${part.text}\r\n`).join('')}--${BOUNDARY}--\r\n`;
}

function bytesOf(body) {
  if (body === undefined) return undefined;
  if (body.json !== undefined) return text(body.json);
  if (body.xml) return `<?xml version="1.0" encoding="UTF-8"?>${markup(body.xml)}`;
  if (body.form) return body.form.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  if (body.parts) return multipart(body.parts);
  return body.bytes ?? body.text;
}

module.exports = { breakages, bytesOf, BOUNDARY };
