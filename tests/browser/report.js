// Opens a page in Chromium, without its network, and looks at it: report.js PAGE [FOLDER]
//
// Speaks the WebDriver protocol to chromedriver.  Pictures of the page, light and dark, are left in
// FOLDER for people to look at.
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const [, , page, folder] = process.argv;
const url = `file://${path.resolve(page)}`;

function check(condition, what) {
  if (!condition) throw new Error(`not so: ${what}`);
}

function start() {
  const driver = spawn('chromedriver', ['--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    driver.on('error', reject);
    driver.on('exit', (status) => reject(new Error(`chromedriver ended with ${status}`)));
    driver.stdout.on('data', (part) => {
      text += part;
      const port = /started successfully on port (\d+)/.exec(text);
      if (port) resolve({ driver, base: `http://127.0.0.1:${port[1]}` });
    });
  });
}

async function send(address, body, method = 'POST') {
  const answer = await fetch(address, { method, body: method === 'POST' ? JSON.stringify(body ?? {}) : undefined });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(value.message);
  return value;
}

// What is run in the page.  Its policy forbids scripts of its own, not those of a driver.
const script = (session, code, ...args) => send(`${session}/execute/sync`, { script: code, args });
const element = async (session, selector) => {
  const found = await send(`${session}/element`, { using: 'css selector', value: selector });
  return Object.values(found)[0];
};
const click = async (session, selector) => send(`${session}/element/${await element(session, selector)}/click`);
const visible = (session) => script(session,
  'return [...document.querySelectorAll(".item")].filter((item) => item.offsetHeight > 0).map((item) => item.classList[1])');

const contrasts = `
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parse(colour).map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (parse(colour)[3] !== 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const bad = [];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || node.offsetHeight === 0) continue;
    const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(node.outerHTML.slice(0, 80));
  }
  return bad;`;

async function checkStructure(session) {
  check(await script(session, 'return document.scripts.length') === 0, 'there are no scripts');
  check(await script(session, 'return window.owned === undefined'), 'nobody ran one');
  check(await script(session, 'return document.images.length') === 0, 'there are no images');
  check(await script(session, 'return performance.getEntriesByType("resource").length') === 0, 'nothing is fetched');
  check(await script(session, 'return getComputedStyle(document.querySelector(".item")).position') === 'relative',
    'the policy allows the style');
  check(await script(session, 'return document.documentElement.lang') === 'en', 'the language is told');
  check(await script(session, 'return document.querySelectorAll("h1").length') === 1, 'there is one main heading');
  const ids = await script(session, 'return [...document.querySelectorAll("[id]")].map((node) => node.id)');
  check(new Set(ids).size === ids.length, 'ids are unique');
  const broken = await script(session,
    'return [...document.querySelectorAll("a[href^=\'#\']")].filter((a) => !document.querySelector(a.getAttribute("href"))).length');
  check(broken === 0, 'links within the page lead somewhere');
  const text = await script(session, 'return document.body.innerText');
  check(text.includes('<img src=x onerror=window.owned=1>'), 'hostile names are shown as they are');
  check(text.includes('breaks 2 of 4 interactions'), 'the heading tells how it went');
}

async function checkFilter(session) {
  check((await visible(session)).join() === 'passed,failed,failed,pending,skipped', 'everything is shown');
  await click(session, '#only-failed');
  check((await visible(session)).join() === 'failed,failed', 'only what failed is shown');
  await click(session, '#only-passed');
  check((await visible(session)).join() === 'passed', 'only what passed is shown');
  await click(session, '#only-all');
}

async function checkFolding(session) {
  const open = () => script(session, 'return document.querySelector(".failed details").open');
  check(await open(), 'failures are unfolded');
  await click(session, '.failed summary');
  check(!await open(), 'a click folds');
  await script(session, 'document.querySelector(".failed summary").focus()');
  await send(`${session}/actions`, { actions: [{ type: 'key', id: 'keys',
    actions: [{ type: 'keyDown', value: '\uE00D' }, { type: 'keyUp', value: '\uE00D' }] }] });
  check(await open(), 'so does the keyboard');
  await click(session, '.failed summary');
  await click(session, '.short a');
  check(await open(), 'a link unfolds what it leads to');
}

async function take(session, name) {
  const picture = Buffer.from(await send(`${session}/screenshot`, undefined, 'GET'), 'base64');
  check(picture.length > 5000, 'there is something to see');
  if (folder) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, `report-${name}.png`), picture);
  }
}

async function checkLooks(session) {
  const seen = new Set();
  for (const scheme of ['light', 'dark']) {
    await send(`${session}/goog/cdp/execute`, { cmd: 'Emulation.setEmulatedMedia',
      params: { features: [{ name: 'prefers-color-scheme', value: scheme }] } });
    const bad = await script(session, contrasts);
    check(bad.length === 0, `texts can be read (${scheme}): ${bad.join(' ')}`);
    seen.add(await script(session, 'return getComputedStyle(document.body).backgroundColor'));
    await take(session, scheme);
  }
  check(seen.size === 2, 'there are a light and a dark one');
  await send(`${session}/window/rect`, { width: 500, height: 900 });
  check(await script(session, 'return document.documentElement.scrollWidth <= innerWidth'), 'it fits a narrow window');
  await send(`${session}/goog/cdp/execute`, { cmd: 'Emulation.setEmulatedMedia', params: { media: 'print', features: [] } });
  await script(session, 'document.querySelectorAll("details").forEach((details) => { details.open = false })');
  check(await script(session, 'return document.querySelector(".tell").offsetHeight') > 0, 'on paper all is unfolded');
}

async function main() {
  const { driver, base } = await start();
  let session;
  try {
    const { sessionId } = await send(`${base}/session`, { capabilities: { alwaysMatch: {
      browserName: 'chrome',
      'goog:loggingPrefs': { browser: 'ALL' },
      'goog:chromeOptions': { args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
        '--hide-scrollbars', '--window-size=1100,1400', '--host-resolver-rules=MAP * ~NOTFOUND'] },
    } } });
    session = `${base}/session/${sessionId}`;
    await send(`${session}/url`, { url });
    await checkStructure(session);
    await checkFilter(session);
    await checkFolding(session);
    await checkLooks(session);
    const said = await send(`${session}/se/log`, { type: 'browser' });
    check(said.length === 0, `the browser has nothing to say: ${said.map((entry) => entry.message).join(' ')}`);
    console.log('all is well');
  } finally {
    if (session) await send(session, undefined, 'DELETE').catch(() => {});
    driver.removeAllListeners('exit');
    driver.kill();
  }
}

main().catch((error) => { console.error(error.message); process.exitCode = 1; });
