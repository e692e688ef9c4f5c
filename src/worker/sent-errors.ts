/** Errors on their way between page and worker: structured cloning would take their names from them. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: SentError;
}

export function sentError(error: unknown): SentError {
  if (!isError(error)) return { name: "Error", message: String(error) };
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(isError(cause) ? { cause: sentError(cause) } : {}) };
}

/** The error as it was thrown: its class by name, its text, and where in the worker it arose. */
export function receivedError({ name, message, stack, cause }: SentError): Error {
  const error = made(name, message);
  const given = { stack, cause: cause && receivedError(cause) };
  for (const [key, value] of Object.entries(given))
    if (value !== undefined)
      Object.defineProperty(error, key, { value, configurable: true, writable: true, enumerable: false });
  return error;
}

// Errors of another realm, a frame's or a test environment's, are no instances of ours.
const isError = (value: unknown): value is Error & { cause?: unknown } =>
  typeof value === "object" && value !== null && "message" in value && "name" in value;

function made(name: string, message: string): Error {
  const own = builtIn[name];
  if (own) return new own(message);
  if (/^(Abort|DataClone|NotAllowed|NotFound|QuotaExceeded|Security|Timeout)Error$/.test(name))
    return new DOMException(message, name);
  return new (classCalled(name))(message);
}

const builtIn: { readonly [name: string]: new (message: string) => Error } = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

const classes = new Map<string, new (message: string) => Error>();

/** The library's own classes are the worker's: here stand others of the same names. */
function classCalled(name: string): new (message: string) => Error {
  const known = classes.get(name);
  if (known) return known;
  const made = {
    [name]: class extends Error {
      override name = name;
    },
  }[name];
  classes.set(name, made);
  return made;
}
