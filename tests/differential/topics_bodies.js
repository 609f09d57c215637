// JSON bodies: [topic, expected, rules, [actual as JSON text, ...], options].  Each is asked as a
// request (strict) and answered as a response (lenient), in version 4 unless options say otherwise.
'use strict';

const T = { match: 'type' };
const re = (regex) => ({ match: 'regex', regex });
const or = (...matchers) => ({ combine: 'OR', matchers });

const SCALARS = ['1', '1.0', '1e2', '100', '-0', '-0.0', '-5', '0', '"1"', '"1.0"', '"-5"', '""', '"a"', 'true', '"true"', '"TRUE"', 'null', '[]', '[1]', '{}', '{"a":1}',
  '12345678901234567890', '12345678901234567891', '123456789012345678901234567890', '9007199254740993', '9007199254740992', '0.1', '1E2', '1.10', '18446744073709551616', '-9223372036854775809'];
const TEXTS = ['"a"', '"b"', '"abc"', '"ABC"', '""', '" a"', '"a\\n"', '"äöü"', '"1"', '1', 'true', 'null', '["a"]', '{"k":"a"}', '[]', '"a\\u0000b"', '"\\ud83d\\ude00"'];
const values = (list) => list.map((value) => `{"a":${value}}`);
const DATES = ['2024-02-29', '2023-02-29', '2024-2-9', '24-02-09', '2024-02-30', '2024-13-01', '20240229', '2024-02-29T10:00:00', '2024-02-29 ', '02/29/2024', '', 'abc'];
const TIMES = ['10:20:30', '25:00:00', '10:60:00', '10:20', '10:20:60', '9:5:1', '10:20:30.5', '10:20:30Z', '10:20:30+01:00'];
const STAMPS = ['2024-02-29T10:20:30Z', '2024-02-29T10:20:30+01:00', '2024-02-29T10:20:30.123Z', '2024-02-29T10:20:30', '2024-02-29T10:20:30+0100', '2024-02-29T10:20:30.123+01:00', '2024-02-29 10:20:30',
  '2024-02-29T10:20:30-11:59', '2024-02-29T24:20:30Z'];
const strings = (list) => values(list.map((value) => JSON.stringify(value)));

const ROWS = [
  ...['1', '1.0', '1e2', '-0', '12345678901234567890', '0.1', '-5'].map((number) => ['equal numbers', { a: `#${number}` }, null, values(SCALARS)]),
  ...['integer', 'decimal', 'number', 'boolean', 'null', 'notEmpty', 'equality', 'type', 'semver'].flatMap((match) => [
    ['rule on numbers', { a: 1 }, { body: { '$.a': { match } } }, values(SCALARS)],
    ['rule on texts', { a: 'abc' }, { body: { '$.a': { match } } }, values(TEXTS)],
    ['rule on null', { a: null }, { body: { '$.a': { match } } }, values(['null', '1', '"a"', '{}', '[]'])],
    ['rule on a list', { a: [1, 2] }, { body: { '$.a': { match } } }, values(['[1,2]', '[1]', '[]', '[1,2,3]', '[1.5,2]', '["a"]', 'null', '{}', '1', '"a"', '[null,2]', '[2,1]'])],
    ['rule on an empty list', { a: [] }, { body: { '$.a': { match } } }, values(['[]', '[1]', 'null', '{}', '"a"'])],
    ['rule on a map', { a: { k: 1 } }, { body: { '$.a': { match } } }, values(['{"k":1}', '{"k":2}', '{"k":1,"l":2}', '{}', '{"l":1}', 'null', '[]', '"a"', '{"k":1.5}'])],
    ['rule on an empty map', { a: {} }, { body: { '$.a': { match } } }, values(['{}', '{"k":1}', 'null', '[]'])],
    ['rule cascading', { a: { k: [1, { l: 'x' }] } }, { body: { '$.a': { match } } }, values(['{"k":[1,{"l":"x"}]}', '{"k":[2,{"l":"y"}]}', '{"k":[2,{"l":1}]}', '{"k":[]}', '{"k":[1,{}]}'])],
    ['rule at the root', { a: 1 }, { body: { $: { match } } }, ['{"a":1}', '{"a":2}', '{}', '[]', '{"a":1,"b":2}', 'null', '"x"']],
  ]),
  ['true and texts', { a: true }, { body: { '$.a': { match: 'boolean' } } }, values(SCALARS)],
  ...['1.2.3', '1.2', 'v1.2.3', '1.2.3-rc.1', '1.2.3+5', '01.2.3', '1.2.3-01', '1.2.3-', '1.2.3+', '99999999999999999999.0.0', '1.2.3.4', ' 1.2.3', '1.2.3-a..b', '1.2.3-é'].map((version) =>
    ['semver', { a: '1.0.0' }, { body: { '$.a': { match: 'semver' } } }, strings([version])]),
  ...['a', 'a|ab', '^a|b$', '\\d', '\\d+', '[a-z]+', '', '.', '.*', '(?i)abc', '\\p{L}+', '\\w+', 'null', 'true', '\\[.*\\]', '(a', '[[:alpha:]]+', '\\h+', '(?<x>a)\\k<x>?', 'a{,2}', '\\R', '(?m)a.*', 'a.*', '[^a]*', '\\S*', '^$', 'a$', '\\Aabc\\z', '(?=abc).*', '/abc/', '[a-z&&[^b]]+', '(?s)a', '(?P<x>a)', '(?>a|ab)c?', '\\Z', 'a++b', '\\x{61}.*', '\\u0061.*', '[\\w-]+', '(a)|b'].map((pattern) =>
    ['regex', { a: 'abc' }, { body: { '$.a': re(pattern) } }, values(TEXTS)]),
  ...['a', '', 'bc', '1', 'tru', 'ü', 'A', '"', '[', ' '].map((value) => ['include', { a: 'abc' }, { body: { '$.a': { match: 'include', value } } }, values(TEXTS)]),
  ...['yyyy-MM-dd', 'yyyy-M-d', 'yy-MM-dd', 'yyyyMMdd', 'dd/MM/yyyy', 'MM/dd/yyyy', 'EEE, d MMM yyyy', 'yyyy-DDD', '', "yyyy-MM-dd'T'HH:mm:ss"].map((format) =>
    ['date', { a: '2000-01-01' }, { body: { '$.a': { match: 'date', format } } }, [...strings(DATES), '{"a":20240209}', '{"a":null}']]),
  ...['HH:mm:ss', 'HH:mm', 'H:m:s', 'hh:mm a', 'HH:mm:ss.SSS', 'HH:mm:ssX', 'HH:mm:ssXXX', ''].map((format) =>
    ['time', { a: '10:00:00' }, { body: { '$.a': { match: 'time', format } } }, strings([...TIMES, '10:20 am', '10:20 PM', '13:20 am'])]),
  ...["yyyy-MM-dd'T'HH:mm:ssXXX", "yyyy-MM-dd'T'HH:mm:ss.SSSX", "yyyy-MM-dd'T'HH:mm:ssZ", "yyyy-MM-dd'T'HH:mm:ss", 'yyyy-MM-dd HH:mm:ss', "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "yyyy-MM-dd'T'HH:mm:ss.fff", ''].map((format) =>
    ['datetime', { a: '2000-01-01T00:00:00Z' }, { body: { '$.a': { match: 'datetime', format } } }, strings(STAMPS)]),

  ['offsets', { a: '10:00:00Z' }, { body: { '$.a': { match: 'time', format: 'HH:mm:ssXXX' } } }, strings(['10:20:30+11:00', '10:20:30+12:00', '10:20:30+13:45', '10:20:30-12:00', '10:20:30+19:00'])],
  ['zones', { a: '10:00:00 UTC' }, { body: { '$.a': { match: 'time', format: 'HH:mm:ss VV' } } }, strings(['10:20:30 Europe/Berlin', '10:20:30 America/New_York', '10:20:30 Nowhere/Land'])],
  ['days of the year', { a: '2024-001' }, { body: { '$.a': { match: 'date', format: 'yyyy-DDD' } } }, strings(['2024-366', '2024-365', '2024-367'])],
  ['optional parts of dates', { a: '2024' }, { body: { '$.a': { match: 'date', format: 'yyyy[-MM[-dd]]' } } }, strings(['2024', '2024-02', '2024-02-29', '2024-2'])],
  ['years of one letter', { a: '2024' }, { body: { '$.a': { match: 'date', format: 'y-MM-dd' } } }, strings(['2024-02-29', '2024-13-01'])],
  ['years of two letters', { a: '00-02-29' }, { body: { '$.a': { match: 'date', format: 'yy-MM-dd' } } }, strings(['00-02-29', '04-02-29', '01-02-29'])],

  // Lists
  ...[{}, { min: 0 }, { min: 1 }, { min: 2 }, { max: 1 }, { max: 2 }, { min: 1, max: 2 }, { min: '1' }].flatMap((bounds) => [
    ['type on lists', { a: [{ k: 1 }] }, { body: { '$.a': { ...T, ...bounds } } }, values(['[]', '[{"k":2}]', '[{"k":"x"}]', '[{"k":1},{"k":2}]', '[{"k":1},{"k":2},{"k":3}]', '[{}]', '[{"k":1,"l":2}]', '[null]', '[1]'])],
    ['type on long lists', { a: [1, 2, 3] }, { body: { '$.a': { ...T, ...bounds } } }, values(['[]', '[1]', '[1,2]', '[1,2,3,4]', '["a",2,3]', '[1,2,"c"]'])],
    ['type on an empty example', { a: [] }, { body: { '$.a': { ...T, ...bounds } } }, values(['[]', '[1]', '["a",{}]'])],
    ['bounds on maps', { a: { k: 1 } }, { body: { '$.a': { ...T, ...bounds } } }, values(['{}', '{"k":1}', '{"k":1,"l":2}', '{"k":1,"l":2,"m":3}'])],
    ['bounds cascade not', { a: [[1], [2]] }, { body: { '$.a': { ...T, ...bounds } } }, values(['[[1],[2]]', '[[],[]]', '[[1,2,3]]', '[[1]]'])],
    ['bounds on scalars', { a: 'abc' }, { body: { '$.a': { ...T, ...bounds } } }, values(['"abc"', '""', '"abcdef"', '1'])],
  ]),
  ...['min', 'max', 'min-type', 'max-type', 'minType', 'maxType', 'minmax', 'min-max-type'].map((match) =>
    ['names of bounds', { a: [1] }, { body: { '$.a': { match, min: 2, max: 2 } } }, values(['[]', '[1]', '[1,2]', '[1,2,3]', '["a","b"]'])]),
  ['bounds without a name', { a: [1] }, { body: { '$.a': { min: 2 } } }, values(['[]', '[1]', '[1,2]', '["a","b"]'])],
  ['regex without a name', { a: 'x' }, { body: { '$.a': { regex: '\\d+' } } }, values(['"1"', '"a"', '1'])],
  ['elements alone', { a: [1, 2] }, { body: { '$.a[*]': T } }, values(['[1,2]', '[3,4]', '[1]', '[1,2,3]', '[]', '["a",2]'])],
  ['elements and list', { a: [{ k: 1 }] }, { body: { '$.a': { ...T, min: 1 }, '$.a[*].k': { match: 'integer' } } }, values(['[{"k":2},{"k":3}]', '[{"k":2.5}]', '[{"k":"a"}]', '[{}]', '[]', '[{"k":1},{"k":1.5}]'])],
  ['DSL of each like', { a: [{ k: 1 }] }, { body: { '$.a': { ...T, min: 1 }, '$.a[*].*': T } }, values(['[{"k":2},{"k":3}]', '[{"k":"a"}]', '[{}]', '[]', '[{"k":1,"l":2}]'])],
  ['single elements', { a: [1, 'x', true] }, { body: { '$.a[1]': re('[a-z]') } }, values(['[1,"y",true]', '[1,"Y",true]', '[2,"y",true]', '[1,"y"]', '[1]', '[1,"y",true,4]'])],
  ['missing elements', { a: [1, 2, 3] }, { body: { '$.a[2]': T } }, values(['[1,2]', '[1,2,5]', '[1]'])],
  ['list of null', { a: [null] }, { body: { '$.a': T } }, values(['[null]', '[]', '[1]', '[null,null]', 'null'])],
  ['no rule on lists', { a: [1, 2] }, null, values(['[1,2]', '[2,1]', '[1]', '[]', '[1,2,3]', 'null'])],
  ['no rule on an empty list', { a: [] }, null, values(['[]', '[1]', 'null', '{}'])],
  ['no rule on an empty map', { a: {} }, null, values(['{}', '{"k":1}', 'null', '[]'])],
  ['no rule on null', { a: null }, null, values(['null', '1', '""', '{}', '[]', '0', 'false'])],
  ['missing and null', { a: null }, null, ['{}', '{"a":null}']],
  ['unexpected members', { a: 1 }, null, ['{"a":1}', '{"a":1,"b":2}', '{"b":2}', '{}']],
  ['unexpected members below', { a: { k: 1 } }, null, values(['{"k":1,"l":1}', '{}', '{"k":1}'])],
  ['unexpected members and type', { a: { k: 1 } }, { body: { '$.a': T } }, values(['{"k":2,"l":1}', '{}', '{"k":"x"}'])],

  // combine
  ['or', { a: 1 }, { body: { '$.a': or({ match: 'integer' }, { match: 'null' }) } }, values(SCALARS)],
  ['or on a map', { a: { k: 1 } }, { body: { '$.a': or(T, { match: 'null' }) } }, values(['{"k":1}', '{"k":2}', 'null', '{}', '[]'])],
  ['or on a list', { a: [1] }, { body: { '$.a': or(T, { match: 'null' }) } }, values(['[1]', '[2,3]', 'null', '[]', '["a"]'])],
  ['or of patterns', { a: 'x' }, { body: { '$.a': or(re('\\d+'), re('[a-z]+')) } }, values(TEXTS)],
  ['and', { a: 'abc' }, { body: { '$.a': [re('[a-z]+'), { match: 'include', value: 'b' }] } }, values(TEXTS)],
  ['and on a map', { a: { k: 1 } }, { body: { '$.a': [T, { match: 'notEmpty' }] } }, values(['{"k":1}', '{}', '{"l":1}'])],
  ['combine in odd cases', { a: 1 }, { body: { '$.a': { combine: 'or', matchers: [{ match: 'boolean' }, { match: 'integer' }] } } }, values(['1', 'true', '"a"'])],
  ['combine unknown', { a: 1 }, { body: { '$.a': { combine: 'XOR', matchers: [{ match: 'boolean' }, { match: 'integer' }] } } }, values(['1', 'true', '"a"'])],
  ['combine missing', { a: 1 }, { body: { '$.a': { matchers: [{ match: 'number' }, { match: 'integer' }] } } }, values(['1', '1.5', '"a"'])],
  ['no matchers', { a: 1 }, { body: { '$.a': { combine: 'AND', matchers: [] } } }, values(['1', '2'])],
  ['no matchers below type', { a: 1 }, { body: { $: T, '$.a': { combine: 'AND', matchers: [] } } }, values(['1', '2', '"a"'])],

  // values, eachKey, eachValue
  ['values', { a: { x: 1, y: 2 } }, { body: { '$.a': { match: 'values' } } }, values(['{"x":1,"y":2}', '{"x":1}', '{}', '{"z":1}', '{"z":2}', '{"x":3}', '{"x":1,"q":1}', 'null', '[]'])],
  ['values and a rule', { a: { x: 1 } }, { body: { '$.a': { match: 'values' }, '$.a.*': T } }, values(['{"x":2}', '{"z":5}', '{"z":"a"}', '{}', '{"x":"a"}'])],
  ['values and type', { a: { x: 1 } }, { body: { '$.a': [{ match: 'values' }, T] } }, values(['{"x":2}', '{"z":5}', '{}', '{"x":1,"z":1}'])],
  ['values on a list', { a: [1, 2] }, { body: { '$.a': { match: 'values' } } }, values(['[1,2]', '[1]', '[]', '[1,2,1]', '[1,2,3]'])],
  ['values cascading', { a: { x: { p: 1 } } }, { body: { '$.a': { match: 'values' } } }, values(['{"x":{"p":1}}', '{"y":{"p":1}}', '{"y":{"q":1}}', '{"y":{"p":2}}', '{"y":{}}'])],
  ['eachKey', { a: { x: 1 } }, { body: { '$.a': { match: 'eachKey', rules: [re('[a-z]+')] } } }, values(['{"x":1}', '{"y":1}', '{"1":1}', '{}', '{"x":2}', '{"x":1,"Y":2}', 'null', '[]'])],
  ['eachKey of two', { a: { x: 1 } }, { body: { '$.a': { match: 'eachKey', rules: [re('[a-z]+'), { match: 'include', value: 'x' }] } } }, values(['{"x":1}', '{"y":1}', '{"xy":5}', '{"X":1}'])],
  ['eachKey of nothing', { a: { x: 1 } }, { body: { '$.a': { match: 'eachKey', rules: [] } } }, values(['{"x":1}', '{"y":1}', '{}'])],
  ['eachKey with other rules', { a: { x: 1 } }, { body: { '$.a': { match: 'eachKey', rules: [{ match: 'notEmpty' }] } } }, values(['{"x":1}', '{"":1}', '{"y":2}'])],
  ['eachKey equality', { a: { x: 1 } }, { body: { '$.a': { match: 'eachKey', rules: [{ match: 'equality' }], value: 'x' } } }, values(['{"x":1}', '{"y":1}'])],
  ['eachValue', { a: { x: 1 } }, { body: { '$.a': { match: 'eachValue', rules: [T] } } }, values(['{"x":2}', '{"y":5}', '{"y":"a"}', '{}', '{"x":1,"y":2}', '{"x":null}', 'null', '[1]'])],
  ['eachValue of a pattern', { a: { x: 'a' } }, { body: { '$.a': { match: 'eachValue', rules: [re('[a-z]')] } } }, values(['{"x":"b"}', '{"y":"1"}', '{"y":"b","z":"B"}', '{"y":1}'])],
  ['eachValue of two', { a: { x: 1 } }, { body: { '$.a': { match: 'eachValue', rules: [{ match: 'integer' }, re('\\d')] } } }, values(['{"x":2}', '{"y":12}', '{"y":"a"}', '{"y":1.5}'])],
  ['eachValue of nothing', { a: { x: 1 } }, { body: { '$.a': { match: 'eachValue', rules: [] } } }, values(['{"x":1}', '{"x":2}', '{"y":1}', '{"y":2}', '{}'])],
  ['eachValue of objects', { a: { x: { p: 1 } } }, { body: { '$.a': { match: 'eachValue', rules: [T] } } }, values(['{"y":{"p":2}}', '{"y":{}}', '{"y":{"p":"a"}}', '{"y":{"p":1,"q":1}}', '{"y":1}'])],
  ['eachValue on a list', { a: [1] }, { body: { '$.a': { match: 'eachValue', rules: [{ match: 'integer' }] } } }, values(['[1]', '[2,3]', '[]', '["a"]', '[1.5]', '[1,null]', '{}', 'null'])],
  ['eachValue on a long list', { a: [1, 2, 3] }, { body: { '$.a': { match: 'eachValue', rules: [T] } } }, values(['[1]', '[]', '[1,2,3,4]', '["a"]'])],
  ['eachValue at the root', [1], { body: { $: { match: 'eachValue', rules: [T] } } }, ['[]', '[1,2]', '["a"]', '{}', 'null']],
  ['eachKey and eachValue', { a: { x: 1 } }, { body: { '$.a': [{ match: 'eachKey', rules: [re('[a-z]')] }, { match: 'eachValue', rules: [{ match: 'integer' }] }] } },
    values(['{"x":1}', '{"x":2}', '{"y":2}', '{"Y":2}', '{"y":"a"}', '{}', '{"x":"a"}', '{"x":2,"y":3}'])],
  ['eachValue then eachKey', { a: { x: 1 } }, { body: { '$.a': [{ match: 'eachValue', rules: [{ match: 'integer' }] }, { match: 'eachKey', rules: [re('[a-z]')] }] } },
    values(['{"x":1}', '{"x":2}', '{"y":2}', '{"Y":2}', '{"x":"a"}', '{}'])],
  ['eachKey, eachValue, common', { a: { x: { p: 'q' } } }, { body: { '$.a': [{ match: 'eachKey', rules: [re('[a-z]')] }, { match: 'eachValue', rules: [T] }], '$.a.*': T } },
    values(['{"x":{"p":"r"}}', '{"y":{"p":"r"}}', '{"x":{"p":1}}', '{"x":{}}'])],
  ['eachKey or eachValue', { a: { x: 1 } }, { body: { '$.a': or({ match: 'eachKey', rules: [re('[a-z]')] }, { match: 'eachValue', rules: [{ match: 'integer' }] }) } },
    values(['{"x":1}', '{"X":1}', '{"y":"a"}', '{"Y":"a"}'])],
  ['eachValue and rules below', { a: { x: { k: '1' } } }, { body: { '$.a': { match: 'eachValue', rules: [T] }, '$.a.*.k': re('\\d') } }, values(['{"y":{"k":"2"}}'])],
  ['eachValue and rules below that fail', { a: { x: { k: '1' } } }, { body: { '$.a': { match: 'eachValue', rules: [T] }, '$.a.*.k': re('\\d') } }, values(['{"y":{"k":"a"}}'])],
  ['eachKey on a list', { a: ['x'] }, { body: { '$.a': { match: 'eachKey', rules: [re('[a-z]')] } } }, values(['["x"]', '["y"]', '[]', '["x","y"]'])],
  ['eachValue of eachValue', { a: { x: { y: 1 } } }, { body: { '$.a': { match: 'eachValue', rules: [{ match: 'eachValue', rules: [{ match: 'integer' }] }] } } }, values(['{"p":{"q":2}}', '{"p":{"q":"a"}}', '{"p":{}}', '{}'])],

  // arrayContains
  ['arrayContains', [{ k: 'a', n: 1 }, { k: 'b', n: 2 }], { body: { $: { match: 'arrayContains', variants: [{ index: 0, rules: { '$.n': { matchers: [{ match: 'integer' }] } } }, { index: 1, rules: {} }] } } },
    ['[{"k":"a","n":5},{"k":"b","n":2}]', '[{"k":"b","n":2},{"k":"a","n":5}]', '[{"k":"a","n":1}]', '[]', '[{"k":"a","n":"x"},{"k":"b","n":2}]', '[1,{"k":"a","n":5},{"k":"b","n":2},2]', '[{"k":"a","n":5,"z":1},{"k":"b","n":2}]', '{}', 'null']],
  ['arrayContains of nothing', [1, 2], { body: { $: { match: 'arrayContains', variants: [] } } }, ['[1,2]', '[2,1]', '[1]', '[]', '[3,2,1]']],
  ['arrayContains out of range', [1], { body: { $: { match: 'arrayContains', variants: [{ index: 3, rules: {} }] } } }, ['[1]', '[]']],
  ['arrayContains, nested rules', { a: [{ l: [1], m: { x: 'a' } }] }, { body: { '$.a': { match: 'arrayContains', variants: [{ index: 0,
    rules: { '$.l': { matchers: [{ ...T, min: 1 }] }, '$.m': { matchers: [{ match: 'eachValue', rules: [re('[a-z]')] }] } } }] } } },
    values(['[{"l":[2,3],"m":{"q":"z"}}]', '[{"l":[],"m":{"q":"z"}}]', '[{"l":[2],"m":{"q":"Z"}}]', '[{"l":["x"],"m":{}}]', '[5,{"l":[2],"m":{}}]'])],
  ['arrayContains in arrayContains', { a: [[1, 'x']] }, { body: { '$.a': { match: 'arrayContains', variants: [{ index: 0,
    rules: { $: { matchers: [{ match: 'arrayContains', variants: [{ index: 1, rules: { $: { matchers: [re('[a-z]')] } } }] }] } } }] } } }, values(['[["y"]]', '[[1]]', '[[],["q",2]]', '["x"]'])],
  ['arrayContains with a root rule', { a: ['x'] }, { body: { '$.a': { match: 'arrayContains', variants: [{ index: 0, rules: { $: { combine: 'AND', matchers: [re('[a-z]')] } } }] } } }, values(['["y"]', '["Y"]', '[1,"z"]'])],
  ['arrayContains and type', { a: [1] }, { body: { '$.a': [{ match: 'arrayContains', variants: [{ index: 0, rules: {} }] }, T] } }, values(['[1]', '[2,1]', '[2]', '["a",1]'])],
  ['arrayContains on a map', { a: { x: 1 } }, { body: { '$.a': { match: 'arrayContains', variants: [{ index: 0, rules: {} }] } } }, values(['{"x":1}', '{"y":1}', '{"y":2}', '{}'])],
  ['arrayContains on a scalar', { a: 1 }, { body: { '$.a': { match: 'arrayContains', variants: [{ index: 0, rules: {} }] } } }, values(['1', '2', '"a"'])],
  ['arrayContains cascading', { a: { l: [1] } }, { body: { '$.a': { match: 'arrayContains', variants: [{ index: 0, rules: {} }] } } }, values(['{"l":[1]}', '{"l":[2]}', '{"l":[2,1]}'])],

  // Path expressions
  ['dots and brackets', { a: { b: 1 } }, { body: { "$['a']['b']": T } }, values(['{"b":2}', '{"b":"x"}'])],
  ['double quotes', { a: { b: 1 } }, { body: { '$["a"]["b"]': T } }, values(['{"b":2}', '{"b":"x"}']), { alone: true }],
  ['digits as names', { 100: 1, a: [0] }, { body: { '$.100': T } }, ['{"100":2,"a":[0]}', '{"100":"x","a":[0]}']],
  ['digits in brackets', { 100: 1 }, { body: { '$[100]': T } }, ['{"100":2}', '{"100":"x"}']],
  ['digits in quotes', { 100: 1 }, { body: { "$['100']": T } }, ['{"100":2}', '{"100":"x"}']],
  ['digits and star index', { 100: 1 }, { body: { '$[*]': T } }, ['{"100":2}', '{"100":"x"}']],
  ['star on a list', [1, 2], { body: { '$.*': T } }, ['[3,4]', '["a",2]', '[1]']],
  ['odd names', { 'a b': 1, 'x.y': 1, '$': 1, 'ü': 1, '#': 1, '@a': 1, 'a-b': 1, 'a:b': 1 }, { body: { "$['a b']": T, "$['x.y']": T, "$['$']": T, "$['ü']": T, "$['#']": T, '$.@a': T, '$.a-b': T, '$.a:b': T } },
    ['{"a b":2,"x.y":2,"$":2,"ü":2,"#":2,"@a":2,"a-b":2,"a:b":2}', '{"a b":2,"x.y":2,"$":2,"ü":2,"#":2,"@a":2,"a-b":2,"a:b":"x"}', '{"a b":2,"x.y":"x","$":2,"ü":2,"#":2,"@a":2,"a-b":2,"a:b":2}']],
  ['unicode without quotes', { 'ü': 1 }, { body: { '$.ü': T } }, ['{"ü":2}', '{"ü":"x"}']],
  ['no root sign', { a: 1 }, { body: { a: T } }, values(['2', '"x"'])],
  ['empty path', { a: 1 }, { body: { '': T } }, values(['2', '"x"'])],
  ['more exact wins', { a: { b: 1 } }, { body: { '$.a': T, '$.a.b': { match: 'equality' } } }, values(['{"b":1}', '{"b":2}'])],
  ['wildcards lose', { a: { b: 1 } }, { body: { '$.a.*': T, '$.a.b': { match: 'equality' } } }, values(['{"b":1}', '{"b":2}'])],
  ['short exact beats long wildcard', { a: { b: 1 } }, { body: { '$.*.*': { match: 'equality' }, '$.a': T } }, values(['{"b":1}', '{"b":2}'])],
  ['prefix of a longer one', { a: [{ b: 1 }] }, { body: { '$.a[*]': T, '$.a[0].b': { match: 'equality' } } }, values(['[{"b":1}]', '[{"b":2}]'])],
  ['a path to nowhere', { a: 1 }, { body: { '$.b': T, '$.a.c': T } }, values(['1', '2'])],
  ['path errors', { a: 1 }, { body: { '$.a[': T } }, values(['1']), { alone: true }],
  ['empty quotes', { a: 1 }, { body: { "$['']": T } }, values(['1']), { alone: true }],
  ['ignoring order', { a: [1, 2] }, { body: { '$.a': { match: 'ignore-order' } } }, values(['[1,2]', '[2,1]'])],
  ['unknown rule', { a: 1 }, { body: { '$.a': { match: 'foo' } } }, values(['1', '2'])],
  ['invalid pattern', { a: 'a' }, { body: { '$.a': re('(') } }, values(['"a"']), { alone: true }],
  ['root scalars', 'abc', null, ['"abc"', '"abd"', 'abc', '1', 'null', '']],
  ['root scalar with a rule', 'abc', { body: { $: re('[a-z]+') } }, ['"abd"', '"ABC"', 'abc', '1']],
  ['root number', 1, { body: { $: { match: 'integer' } } }, ['2', '1.0', '"1"', '', 'x']],
  ['no JSON', { a: 1 }, null, ['{"a":1', 'a', '', '{"a":1}x', '{"a":1} ', '\ufeff{"a":1}', "{'a':1}", '{"a":1,}', '{"a":01}']],
  ['doubled members', { a: 1 }, null, ['{"a":2,"a":1}', '{"a":1,"a":2}']],
];

const LEGACY = [
  ['version 2 types', { a: [{ k: 1 }] }, { body: { '$.a': { ...T, min: 1 } } }, values(['[{"k":2}]', '[]', '[{"k":"a"}]', '[{"k":1},{"k":3}]'])],
  ['version 2 root', { a: 1 }, { body: { $: T } }, values(['2', '"a"'])],
  ['version 2 brackets', { a: { 'x y': 'a' } }, { body: { "$['a']['x y']": re('[a-z]') } }, values(['{"x y":"b"}', '{"x y":"B"}'])],
  ['version 2 stars', { a: [{ k: 1 }] }, { body: { '$.a': { min: 0 }, '$.a[*].*': T } }, values(['[{"k":2}]', '[]', '[{"k":"a"}]'])],
];

function each(add) {
  for (const [topic, json, rules, actuals, options = {}] of ROWS) {
    for (const body of actuals) {
      for (const kind of ['request', 'response']) {
        add(topic, { rules, ...options }, kind, { headers: [['Content-Type', 'application/json']], body: body === '' ? undefined : body }, { expected: { body: { type: 'application/json', json }, headers: { 'Content-Type': ['application/json'] } } });
      }
    }
  }
  for (const [topic, json, rules, actuals] of LEGACY) {
    for (const body of actuals) {
      for (const spec of ['2', '3']) {
        for (const kind of ['request', 'response']) {
          add(topic, { rules, spec }, kind, { headers: [['Content-Type', 'application/json']], body }, { expected: { body: { type: 'application/json', json }, headers: { 'Content-Type': ['application/json'] } } });
        }
      }
    }
  }
}

module.exports = { each };
