// One process for one call: reads JSON from stdin, writes JSON to stdout.
let text = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => (text += chunk));
process.stdin.on('end', () => process.stdout.write(JSON.stringify(JSON.parse(text))));
