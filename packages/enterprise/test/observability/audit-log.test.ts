import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditEntry, verifyAuditLog } from '../../src/index.ts';
import { AuditLog } from '../../src/observability/audit-log.ts';
import { manage, next } from '../support/manage.ts';
import { SIGNER, Workshop } from '../support/workshop.ts';

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'truthound-audit-test-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function logOf(entries: number): Promise<string> {
  count += 1;
  const path = join(folder, `${String(count)}.jsonl`);
  const log = new AuditLog(path, { now: () => new Date(0) });
  for (let each = 0; each < entries; each += 1)
    void log.append({ event: 'loaded', pluginId: `plugin-${String(each)}`, details: { each } });
  await log.flush();
  return path;
}

async function edit(path: string, change: (lines: string[]) => readonly string[]): Promise<void> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  await writeFile(path, `${change(lines).join('\n')}\n`);
}

describe('an audit log', () => {
  it('keeps the order in which entries were recorded, each with the hash of the one before', async () => {
    const path = await logOf(3);
    const entries = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry);
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(entries[1]?.previous).toBe(entries[0]?.hash);
    expect(entries[0]).toMatchObject({
      event: 'loaded',
      pluginId: 'plugin-0',
      at: '1970-01-01T00:00:00.000Z',
    });
    expect(entries[0]?.actor).toContain(`process ${String(process.pid)}`);
    expect(await verifyAuditLog(path)).toEqual({
      isIntact: true,
      entries: 3,
      head: entries[2]?.hash,
      broken: undefined,
    });
  });

  it('goes on where another process left off', async () => {
    const path = await logOf(2);
    const mine = new AuditLog(path);
    await mine.append({ event: 'unloaded', pluginId: 'a' });
    await new AuditLog(path).append({ event: 'denied', pluginId: 'b' });
    await mine.append({ event: 'revoked', pluginId: 'c' });
    expect(await verifyAuditLog(path)).toMatchObject({ isIntact: true, entries: 5 });
  });

  it.each<[string, (lines: string[]) => readonly string[], number, RegExp]>([
    ['changed', (lines) => lines.map((line) => line.replace('plugin-1', 'plugin-9')), 2, /was changed/],
    ['removed', (lines) => lines.filter((_line, index) => index !== 1), 2, /removed, added or moved/],
    ['moved', (lines) => [lines[1] ?? '', lines[0] ?? '', ...lines.slice(2)], 1, /removed, added or moved/],
    ['doubled', (lines) => [lines[0] ?? '', ...lines], 2, /removed, added or moved/],
    ['given another field', (lines) => lines.map((line) => line.replace('{', '{"note":"",')), 1, /changed/],
    ['made illegible', (lines) => [...lines.slice(0, 3), 'not JSON'], 4, /no entry/],
  ])('names the first entry that was %s', async (_act, change, line, reason) => {
    const path = await logOf(4);
    await edit(path, change);
    const { isIntact, broken, entries } = await verifyAuditLog(path);
    expect(isIntact).toBe(false);
    expect(broken?.line).toBe(line);
    expect(broken?.reason).toMatch(reason);
    expect(entries).toBe(line - 1);
  });

  it('notices entries cut off at the end by the head that was kept elsewhere', async () => {
    const path = await logOf(4);
    const { head } = await verifyAuditLog(path);
    expect(await verifyAuditLog(path, { expectedHead: head })).toMatchObject({ isIntact: true });
    await edit(path, (lines) => lines.slice(0, 2));
    expect(await verifyAuditLog(path)).toMatchObject({ isIntact: true, entries: 2 });
    expect(await verifyAuditLog(path, { expectedHead: head })).toMatchObject({ isIntact: false });
  });

  it('does not hide any change of a single character', async () => {
    const path = await logOf(3);
    const text = await readFile(path, 'utf8');
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 2), async (index) => {
        const other = text[index] === 'x' ? 'y' : 'x';
        await writeFile(path, text.slice(0, index) + other + text.slice(index + 1));
        expect((await verifyAuditLog(path)).isIntact).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('refuses to go on after a damaged end', async () => {
    const path = await logOf(1);
    await appendFile(path, '{"half');
    await expect(new AuditLog(path).append({ event: 'loaded', pluginId: 'a' })).rejects.toThrow(
      /damaged at its end/,
    );
  });

  it('cuts details that no reader would find the end of', async () => {
    const path = await logOf(0);
    const log = new AuditLog(path);
    await log.append({ event: 'denied', pluginId: 'a', details: { reason: 'é'.repeat(100_000) } });
    await log.append({ event: 'denied', pluginId: 'b' });
    expect(await verifyAuditLog(path)).toMatchObject({ isIntact: true, entries: 2 });
  });
});

describe('a manager with an audit log', () => {
  it('records who loaded, what was granted, denied, reloaded, violated, revoked and unloaded', async () => {
    await using workshop = await Workshop.create();
    const auditLogPath = join(workshop.root, 'audit.jsonl');
    const code =
      'export const ping = () => "pong"; export const pry = async () => import("node:child_process").then(() => "in", () => "out");';
    await workshop.plugin('ponger', { code });
    await workshop.plugin('unsigned', { sign: false });
    await workshop.plugin('doomed');
    {
      await using manager = await manage(workshop, { auditLogPath, reload: { bakeTimeMs: 0 } });
      await manager.loadAll();
      await manager.getPlugin('ponger').call('pry');
      await workshop.plugin('ponger', { version: '1.1.0', code });
      expect((await manager.reload('ponger')).success).toBe(true);
      await workshop.plugin('ponger', { version: '2.0.0', manifest: { permissions: { network: true } } });
      expect((await manager.reload('ponger')).success).toBe(false);
      const revoked = next(manager, 'revoked');
      const digest = (await workshop.signatures('doomed'))[0]?.metadata.pluginHash;
      await manager.trustStore.revokeCertificate({ digest: String(digest), reason: 'bad' });
      await revoked;
    }
    const entries = (await readFile(auditLogPath, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry);
    expect((await verifyAuditLog(auditLogPath)).isIntact).toBe(true);
    const of = (event: string, pluginId: string): readonly AuditEntry[] =>
      entries.filter((entry) => entry.event === event && entry.pluginId === pluginId);
    expect(of('loaded', 'ponger')[0]?.details).toMatchObject({
      version: '1.0.0',
      signers: [{ signerId: SIGNER }],
    });
    expect(of('granted', 'ponger')[0]?.details).toMatchObject({
      isolationLevel: 'process',
      allowNetwork: false,
    });
    expect(of('denied', 'unsigned')).toHaveLength(1);
    expect(of('violated', 'ponger')[0]?.details['action']).toMatch(/child_process/);
    expect(of('reloaded', 'ponger')[0]?.details).toMatchObject({ version: '1.1.0' });
    expect(of('denied', 'ponger')[0]?.details['changes']).toEqual(['it wants to use the network']);
    expect(of('revoked', 'doomed')[0]?.details['reason']).toMatch(/bad/);
    expect(of('unloaded', 'ponger')).toHaveLength(1);
  });

  it('warns when it cannot write, and goes on', async () => {
    await using workshop = await Workshop.create();
    await workshop.plugin('ponger');
    await using manager = await manage(workshop, {
      auditLogPath: join(workshop.root, 'no', 'such', 'folder'),
    });
    const warned = next(manager, 'warning');
    await manager.load('ponger');
    expect((await warned).error.message).toMatch(/ENOENT/);
  });
});
