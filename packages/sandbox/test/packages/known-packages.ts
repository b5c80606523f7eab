/** An ordinary npm package, put to its ordinary use. */
export interface KnownPackage {
  readonly name: string;
  readonly kind: string;
  /** The plugin's entry, an ES module that exports `run`. */
  readonly entry: string;
  readonly answer: unknown;
  /** For packages that come as CommonJS only: the entry that requires them. */
  readonly isCommonJs?: boolean;
}

/** What people build plugins of. */
export const KNOWN_PACKAGES: readonly KnownPackage[] = [
  {
    name: 'papaparse',
    kind: 'a parser, CommonJS',
    isCommonJs: true,
    entry: `
      const papa = require('papaparse');
      exports.run = () => papa.parse('id,name\\n1,"Doe, Jane"\\n2,Bob', { header: true, dynamicTyping: true }).data;`,
    answer: [
      { id: 1, name: 'Doe, Jane' },
      { id: 2, name: 'Bob' },
    ],
  },
  {
    name: 'csv-parse',
    kind: 'a parser with streams, dual',
    entry: `
      import { parse } from 'csv-parse';
      import { parse as parseSync } from 'csv-parse/sync';
      export const run = async () => {
        const rows = [];
        const parser = parse('a;b\\n1;2\\n3;4', { delimiter: ';', columns: true });
        for await (const row of parser) rows.push(row);
        return [...rows, ...parseSync('x,y\\n5,6')];
      };`,
    answer: [{ a: '1', b: '2' }, { a: '3', b: '4' }, ['x', 'y'], ['5', '6']],
  },
  {
    name: 'zod',
    kind: 'a validator, dual',
    entry: `
      import { z } from 'zod';
      const Row = z.object({ id: z.number().int(), tags: z.array(z.string()).default([]) });
      export const run = () => [Row.parse({ id: 1 }), Row.safeParse({ id: 'x' }).error.issues[0].path];`,
    answer: [{ id: 1, tags: [] }, ['id']],
  },
  {
    name: 'ajv',
    kind: 'a validator that writes its own code, CommonJS',
    isCommonJs: true,
    entry: `
      const { default: Ajv } = require('ajv');
      const validate = new Ajv({ allErrors: true }).compile({
        type: 'object', required: ['id'], properties: { id: { type: 'integer' }, name: { type: 'string', maxLength: 3 } },
      });
      exports.run = () => [validate({ id: 1 }), validate({ name: 'long' }), validate.errors.map(({ keyword }) => keyword)];`,
    answer: [true, false, ['required', 'maxLength']],
  },
  {
    name: 'yaml',
    kind: 'a parser, dual',
    entry: `
      import { parse, stringify } from 'yaml';
      export const run = () => [parse('a: &x [1, 2]\\nb: *x\\n'), stringify({ deep: { list: [true, null] } })];`,
    answer: [{ a: [1, 2], b: [1, 2] }, 'deep:\n  list:\n    - true\n    - null\n'],
  },
  {
    name: 'fast-xml-parser',
    kind: 'a parser, dual',
    entry: `
      import { XMLBuilder, XMLParser } from 'fast-xml-parser';
      const options = { ignoreAttributes: false };
      export const run = () => [
        new XMLParser(options).parse('<a id="1"><b>x</b><b>y</b></a>'),
        new XMLBuilder(options).build({ a: { b: [1, 2] } }),
      ];`,
    answer: [{ a: { b: ['x', 'y'], '@_id': '1' } }, '<a><b>1</b><b>2</b></a>'],
  },
  {
    name: 'lodash',
    kind: 'a library of one big file, CommonJS',
    isCommonJs: true,
    entry: `
      const _ = require('lodash');
      exports.run = () => [_.groupBy([6.1, 4.2, 6.3], Math.floor), _.template('hello <%= name %>')({ name: 'you' }), _.merge({ a: { b: 1 } }, { a: { c: 2 } })];`,
    answer: [{ 4: [4.2], 6: [6.1, 6.3] }, 'hello you', { a: { b: 1, c: 2 } }],
  },
  {
    name: 'date-fns',
    kind: 'a library of a thousand files, dual',
    entry: `
      import { addMonths, format } from 'date-fns';
      import { de } from 'date-fns/locale';
      export const run = () => format(addMonths(new Date(2024, 0, 31), 1), 'd. MMMM yyyy', { locale: de });`,
    answer: '29. Februar 2024',
  },
  {
    name: 'nanoid',
    kind: 'a maker of ids, ES module only',
    entry: `
      import { customAlphabet, nanoid } from 'nanoid';
      export const run = () => [nanoid().length, customAlphabet('a', 5)()];`,
    answer: [21, 'aaaaa'],
  },
  {
    name: 'marked',
    kind: 'a parser, ES module only',
    entry: `
      import { marked } from 'marked';
      export const run = () => marked.parse('# One\\n\\n*two* [three](https://example.org)');`,
    answer: '<h1>One</h1>\n<p><em>two</em> <a href="https://example.org">three</a></p>\n',
  },
  {
    name: 'sql.js',
    kind: 'a database in WebAssembly, read from a file beside its code',
    entry: `
      import initialize from 'sql.js';
      export const run = async () => {
        const { Database } = await initialize();
        const database = new Database();
        database.run('create table t (a, b)');
        database.run('insert into t values (?, ?), (?, ?)', [1, 'one', 2, 'two']);
        return database.exec('select sum(a), group_concat(b) from t')[0].values;
      };`,
    answer: [[3, 'one,two']],
  },
  {
    name: 'source-map',
    kind: 'a library that reads its own WebAssembly',
    entry: `
      import sourceMap from 'source-map';
      export const run = async () => {
        const generator = new sourceMap.SourceMapGenerator({ file: 'out.js' });
        generator.addMapping({ source: 'in.ts', original: { line: 3, column: 1 }, generated: { line: 1, column: 5 }, name: 'x' });
        const consumer = await new sourceMap.SourceMapConsumer(generator.toJSON());
        const { source, line, column, name } = consumer.originalPositionFor({ line: 1, column: 5 });
        consumer.destroy();
        return { source, line, column, name };
      };`,
    answer: { source: 'in.ts', line: 3, column: 1, name: 'x' },
  },
  {
    name: 'iconv-lite',
    kind: 'tables of encodings, CommonJS',
    isCommonJs: true,
    entry: `
      const iconv = require('iconv-lite');
      exports.run = () => [iconv.decode(Buffer.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67]), 'shift_jis'), iconv.encode('ü', 'win1252')[0]];`,
    answer: ['テスト', 252],
  },
  {
    name: 'handlebars',
    kind: 'templates that become code, CommonJS',
    isCommonJs: true,
    entry: `
      const handlebars = require('handlebars');
      exports.run = () => handlebars.compile('{{#each rows}}{{@index}}={{this}};{{/each}}')({ rows: ['a', '<b>'] });`,
    answer: '0=a;1=&lt;b&gt;;',
  },
  {
    name: 'mime-types',
    kind: 'data in JSON, CommonJS',
    isCommonJs: true,
    entry: `
      const mime = require('mime-types');
      exports.run = () => [mime.lookup('x.csv'), mime.extension('application/json'), mime.charset('text/html')];`,
    answer: ['text/csv', 'json', 'UTF-8'],
  },
  {
    name: 'core-js',
    kind: 'a library that changes the built-ins',
    isCommonJs: true,
    entry: `
      require('core-js/full');
      exports.run = () => [Array.fromAsync !== undefined, [1, 2, 3, 4].filterReject((value) => value % 2), Object.groupBy([1, 2], (value) => (value > 1 ? 'big' : 'small')).big];`,
    answer: [true, [2, 4], [2]],
  },
  {
    name: 'typescript',
    kind: 'a compiler: nine megabytes that read the files beside them',
    isCommonJs: true,
    entry: `
      const ts = require('typescript');
      exports.run = () => {
        const source = ts.createSourceFile('x.ts', 'const x: number = "text";', ts.ScriptTarget.ES2022);
        const host = ts.createCompilerHost({});
        const program = ts.createProgram(['x.ts'], { noEmit: true, types: [], lib: ['lib.es2022.d.ts'] }, { ...host, getSourceFile: (name, ...rest) => (name === 'x.ts' ? source : host.getSourceFile(name, ...rest)) });
        return [ts.transpile('let a: number = 1'), program.getSemanticDiagnostics(source).map(({ code }) => code)];
      };`,
    answer: ['"use strict";\nlet a = 1;\n', [2322]],
  },
];
