import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
// eslint-disable-next-line no-restricted-imports -- nothing is confined here: the context lacks Node's globals, to see that none is needed
import { constants, createContext, runInContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyEnvelope } from '../src/portable.ts';
import { type PortableQuestion, bundlePortable, portableQuestions } from './portable-bundle.ts';

/** Asks the bundle in `globalThis.portable`, and answers JSON: the same program in a bare context and in a browser. */
const ASK = `async function ask(questions) {
  const answers = [];
  for (const { envelope, publicKey, now } of questions) {
    answers.push(await portable.verifyEnvelope(envelope, { publicKeys: [publicKey], now: new Date(now) }));
  }
  return JSON.stringify({ answers, type: portable.PAYLOAD_TYPE });
}`;

const PAGE = `<!doctype html><meta charset="utf-8"><script src="/portable.js"></script><script>${ASK}
fetch('/questions')
  .then((response) => response.json())
  .then(ask)
  .then((body) => fetch('/answers', { method: 'POST', body }))
  .catch((error) => fetch('/answers', { method: 'POST', body: JSON.stringify({ error: String(error.stack) }) }));
</script>`;

let bundle: string;

beforeAll(async () => {
  bundle = await bundlePortable();
});

/** What this process answers to the same questions. */
async function expectedAnswers(questions: readonly PortableQuestion[]): Promise<unknown> {
  const answers = [];
  for (const { envelope, publicKey, now } of questions)
    answers.push(await verifyEnvelope(envelope, { publicKeys: [publicKey], now: new Date(now) }));
  expect(answers.map(({ isValid }) => isValid)).toEqual(questions.map(({ isValid }) => isValid));
  return JSON.parse(
    JSON.stringify({ answers, type: 'application/vnd.truthound.plugin-manifest.v1+json' }),
  ) as unknown;
}

describe('the portable bundle', () => {
  it('answers in a context without anything of Node', async () => {
    const questions = await portableQuestions();
    // The web platform's parts that it needs, and nothing else: no require, no process, no Buffer, no eval.
    const { TextEncoder, TextDecoder, atob, btoa, crypto } = globalThis;
    const context = createContext(constants.DONT_CONTEXTIFY, {
      codeGeneration: { strings: false, wasm: false },
    });
    Object.assign(context, { TextEncoder, TextDecoder, atob, btoa, crypto: { subtle: crypto.subtle } });
    const run = (code: string): unknown => runInContext(code, context);
    expect(run('[typeof require, typeof process, typeof Buffer, typeof module].join()')).toBe(
      'undefined,undefined,undefined,undefined',
    );
    run(bundle);
    run(ASK);
    const answer = await (run(`ask(${JSON.stringify(questions)})`) as Promise<string>);
    expect(JSON.parse(answer)).toEqual(await expectedAnswers(questions));
  });

  const chromium = findChromium();
  if (chromium === undefined)
    console.log('the browser test is skipped: install Chromium, or name one in TRUTHOUND_CHROMIUM');

  it.skipIf(chromium === undefined)('answers in Chromium as it does here', async () => {
    const questions = await portableQuestions();
    const { server, answer } = await serve(questions);
    const folder = mkdtempSync(join(tmpdir(), 'truthound-chromium-'));
    const { port } = server.address() as AddressInfo;
    const browser = spawn(
      chromium ?? '',
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-first-run',
        '--disable-background-networking',
        `--user-data-dir=${folder}`,
        `http://127.0.0.1:${port}/`,
      ],
      { stdio: 'ignore', detached: true },
    );
    const gone = once(browser, 'exit');
    try {
      const early = gone.then(([code]) => Promise.reject(new Error(`Chromium ended with ${String(code)}`)));
      expect(JSON.parse(await Promise.race([answer, early]))).toEqual(await expectedAnswers(questions));
    } finally {
      if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, 'SIGKILL');
      await gone.catch(() => undefined);
      server.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  });
});

/** A server of the page, and what the page says to it. */
async function serve(
  questions: readonly PortableQuestion[],
): Promise<{ readonly server: Server; readonly answer: Promise<string> }> {
  let resolve: (answer: string) => void = () => undefined;
  const answer = new Promise<string>((settle) => {
    resolve = settle;
  });
  const files: Readonly<Record<string, readonly [type: string, content: string]>> = {
    '/': ['text/html', PAGE],
    '/portable.js': ['text/javascript; charset=utf-8', bundle],
    '/questions': ['application/json', JSON.stringify(questions)],
  };
  const server = createServer((request, response) => {
    const [type, content] = files[request.url ?? ''] ?? ['text/plain', ''];
    if (request.url === '/answers') void text(request).then(resolve);
    response.setHeader('content-type', type).end(content);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, answer };
}

function findChromium(): string | undefined {
  const named = process.env['TRUTHOUND_CHROMIUM'];
  if (named !== undefined && named !== '') return named;
  const candidates = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return candidates.find((name) => spawnSync(name, ['--version'], { timeout: 20_000 }).status === 0);
}
