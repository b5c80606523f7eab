import fc from 'fast-check';

const TYPED_ARRAYS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

const typedArray = fc
  .tuple(fc.constantFrom(...TYPED_ARRAYS), fc.uint8Array({ maxLength: 5 }))
  .map(([TypedArray, bytes]) => {
    const padded = new Uint8Array(bytes.length * TypedArray.BYTES_PER_ELEMENT).fill(3);
    return new TypedArray(padded.buffer);
  });

const error = fc
  .tuple(fc.constantFrom(Error, TypeError, RangeError, SyntaxError), fc.string(), fc.option(fc.string()))
  .map(([ErrorClass, message, cause]) => new ErrorClass(message, cause === null ? {} : { cause }));

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.bigInt(),
  fc.constantFrom(null, undefined, -0, NaN, Infinity, -Infinity),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(/a+/giu, /^$/, /\/\n/),
  typedArray,
  fc.uint8Array().map((bytes) => bytes.buffer),
  fc.uint8Array({ minLength: 1 }).map((bytes) => new DataView(bytes.buffer)),
  error,
);

/** Keys that code is tempted to treat as something else. `__proto__` cannot cross and is tested apart. */
const key = fc
  .oneof(
    fc.string(),
    fc.constantFrom('$', 'toJSON', 'constructor', 'then', 'length', '0', 'hasOwnProperty', ''),
  )
  .filter((name) => name !== '__proto__');

/** Any value of the structured-clone types but streams; without shared objects. */
export const structuredValue: fc.Arbitrary<unknown> = fc.letrec<{ readonly value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
  ),
})).value;
