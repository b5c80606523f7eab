import { existsSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ManifestError, ValidationError } from '@truthound/protocols';
import { describe, expect, it } from 'vitest';
import {
  type DocsFormat,
  type PluginDocumentation,
  extractPluginDocs,
  renderPluginDocs,
} from '../../src/index.ts';
import { Workshop } from '../support/workshop.ts';

const EVIL = '<script>alert(1)</script>';

async function evilPlugin(workshop: Workshop): Promise<PluginDocumentation> {
  const path = await workshop.plugin('evil', {
    sign: false,
    packageJson: {
      description: `${EVIL} | a\n| b | c |`,
      author: `"><img src=x onerror=alert(1)>`,
      homepage: 'javascript:alert(1)',
      license: 'MIT | GPL',
    },
    manifest: {
      permissions: { network: true, host: ['log'], reasons: { network: `cells | ${EVIL}` } },
      dependencies: { base: '>=1 || <3' },
    },
    code: `/** ${EVIL} \`tick\` | pipe\n * @param x - ${EVIL}\n */\nexport const show = (x = "${EVIL}") => x;`,
  });
  await workshop.write(
    'evil',
    'README.md',
    `# Hi ${EVIL}\n[a](javascript:alert(1)) [b](java&#115;cript:alert(1)) [c](javascript\\:alert(1)) \`\`\`\n${EVIL}`,
  );
  await workshop.write('evil', 'CHANGELOG.md', `## 1.0.0\n${EVIL}`);
  return extractPluginDocs(path);
}

describe('documentation of a plugin', () => {
  it('W-75: gathers manifest, package, exports, readme and changelog, and runs no code', async () => {
    await using workshop = await Workshop.create();
    const canary = join(workshop.root, 'canary');
    const path = await workshop.plugin('csv', {
      sign: false,
      packageJson: {
        author: { name: 'Ada' },
        license: 'MIT',
        keywords: ['csv'],
        exports: { '.': { types: './types/index.d.ts', default: './index.js' } },
      },
      manifest: { permissions: { host: ['log'] }, dependencies: { base: '^1.0.0' } },
      code: `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(canary)}, '');`,
    });
    await workshop.write(
      'csv',
      'types/index.d.ts',
      "export * from './read.js';\n/** Starts. */\nexport declare function activate(): void;\n",
    );
    await workshop.write(
      'csv',
      'types/read.d.ts',
      '/** Reads. */\nexport declare function read(text: string): string[];\n',
    );
    await workshop.write('csv', 'Readme.md', '# CSV');
    await workshop.write('csv', 'CHANGELOG.md', '## 1.0.0\nFirst.');
    const doc = extractPluginDocs(path);
    expect(doc).toMatchObject({
      id: 'csv',
      author: 'Ada',
      license: 'MIT',
      keywords: ['csv'],
      hooks: ['activate'],
      readme: '# CSV',
      changelog: [{ version: '1.0.0', notes: 'First.' }],
      dependencies: { base: { range: '^1.0.0' } },
    });
    expect(doc.exports).toMatchObject([
      {
        name: 'read',
        description: 'Reads.',
        signature: 'export declare function read(text: string): string[]',
      },
    ]);
    expect(existsSync(canary)).toBe(false);
    expect(JSON.parse(renderPluginDocs(doc, 'json'))).toMatchObject({
      id: 'csv',
      exports: [{ name: 'read' }],
    });
  });

  it('W-75: is escaped in HTML, which needs nothing from elsewhere', async () => {
    await using workshop = await Workshop.create();
    const html = renderPluginDocs(await evilPlugin(workshop), 'html');
    expect(html).not.toMatch(/<script|<img|onerror=alert\(1\)>/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    for (const tag of html.match(/<[a-z][^<>]*>/g) ?? []) expect(tag).not.toMatch(/ (?:href|src|on\w+)=/);
    expect(html).toContain("default-src 'none'");
  });

  it('W-75: is escaped in Markdown, cells and README as well', async () => {
    await using workshop = await Workshop.create();
    const markdown = renderPluginDocs(await evilPlugin(workshop), 'markdown');
    const outsideOfCode = markdown.replaceAll(/^(`{3,})ts\n[\s\S]*?\n\1$/gm, '');
    expect(outsideOfCode).not.toMatch(/<(?:script|img)/);
    for (const row of outsideOfCode.split('\n').filter((line) => line.startsWith('| ')))
      expect([3, 4]).toContain(row.replaceAll('\\|', '').split('|').length - 1);
    expect(markdown).not.toMatch(/\]\(javascript/i);
    expect(markdown).not.toMatch(/&#115;/);
  });

  it('does not follow a README or an entry out of the folder', async () => {
    await using workshop = await Workshop.create();
    const path = await workshop.plugin('sly', { sign: false, packageJson: { exports: '../secret.js' } });
    await writeFile(join(workshop.root, 'plugins', 'secret.js'), 'export const secret = 1;');
    await symlink(join(workshop.root, 'trust.json'), join(path, 'README.md'));
    const doc = extractPluginDocs(path);
    expect(doc.readme).toBeUndefined();
    expect(doc.exports).toEqual([]);
  });

  it('refuses a folder that holds no plugin, and a format that does not exist', async () => {
    await using workshop = await Workshop.create();
    expect(() => extractPluginDocs(workshop.root)).toThrow(ManifestError);
    const doc = await evilPlugin(workshop);
    expect(() => renderPluginDocs(doc, 'rst' as DocsFormat)).toThrow(ValidationError);
    expect(() => renderPluginDocs(doc, 'rst' as DocsFormat)).toThrow(/the formats are markdown, html, json/);
  });
});
