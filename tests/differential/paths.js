// Path expressions of matching rules, and which of several wins: needed to leave out cases in which
// two expressions weigh the same, for then the reference's answer is a matter of luck.
'use strict';
const { isList, isMap } = require('./values');

const STAR = Symbol('.*');
const STAR_INDEX = Symbol('[*]');

function expression(tokens) {
  return tokens.reduce((path, token) => {
    if (token === STAR) return `${path}.*`;
    if (token === STAR_INDEX) return `${path}[*]`;
    if (typeof token === 'number' || /^[0-9]+$/.test(token)) return `${path}[${token}]`;
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(token) ? `${path}.${token}` : `${path}['${token}']`;
  }, '$');
}

// Every node of a document as the list of names and indexes that leads to it.
function nodes(value, path = []) {
  let children = [];
  if (isList(value)) children = value.map((item, index) => nodes(item, [...path, index]));
  if (isMap(value)) children = Object.entries(value).map(([name, item]) => nodes(item, [...path, name]));
  return [{ path, value }, ...children.flat()];
}

// As long as the expression's tokens and the path's agree: 2 for each exact one, 1 for a wildcard,
// multiplied, times their number; 0 where they do not.
function weight(tokens, path) {
  if (tokens.length > path.length) return 0;
  return (tokens.length + 1) * tokens.reduce((product, token, at) => {
    if (token === STAR) return product;
    if (token === STAR_INDEX) return /^[0-9]+$/.test(String(path[at])) ? product : 0;
    return String(token) === String(path[at]) ? product * 2 : 0;
  }, 2);
}

// Whether two of the expressions tie for the best at some node of one of the documents.
function tie(expressions, documents) {
  return documents.flatMap((document) => nodes(document)).some(({ path }) => {
    const weights = expressions.map((tokens) => weight(tokens, path)).filter((w) => w > 0).sort((a, b) => b - a);
    return weights.length > 1 && weights[0] === weights[1];
  });
}

module.exports = { STAR, STAR_INDEX, expression, nodes, tie };
