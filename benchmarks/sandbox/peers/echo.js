// What piscina runs: answers its argument.
export default (value) => value;
