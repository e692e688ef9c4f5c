/**
 * The address is the state: `#/room/view?key=value`. Keys stand in a fixed order, defaults are left out, and what a view
 * does not know is left out with one quiet line. A key without a name is a third part of the path: `#/lecture/pooling/2`.
 */

/** How one value stands in an address. */
export interface Key<T> {
  readonly standard: T;
  /** @returns undefined where the text means nothing here */
  read(text: string): T | undefined;
  write(value: T): string;
}

// biome-ignore lint/suspicious/noExplicitAny: a view's keys are of any types; each is read and written by itself
export type Keys = Readonly<Record<string, Key<any>>>;

/** What a view's keys hold. */
export type ValuesOf<K extends Keys> = { -readonly [N in keyof K]: K[N] extends Key<infer T> ? T : never };

export interface Address {
  readonly room: string;
  readonly view: string;
  readonly given: readonly (readonly [key: string, text: string])[];
}

/** Longer ones are cut by mailers and messengers. */
export const longest = 2000;

export function parsed(hash: string): Address {
  const text = hash.replace(/^#\/?/, "");
  const [path, query = ""] = splitOnce(text, "?");
  const [room = "", view = "", third = ""] = path.split("/");
  const given = [third && `=${third}`, ...query.split("&")]
    .filter((part) => part !== "")
    .map((part) => splitOnce(part, "="))
    .map(([key, value = ""]) => [decoded(key), decoded(value)] as const);
  return { room: decoded(room), view: decoded(view), given };
}

/** @returns the values, defaults where nothing is given, and the parts that mean nothing to these keys */
export function valuesFrom<K extends Keys>(
  keys: K,
  given: Address["given"],
): { values: ValuesOf<K>; refused: string[] } {
  const values = standards(keys);
  const refused: string[] = [];
  for (const [name, text] of given) {
    const value = Object.hasOwn(keys, name) ? keys[name].read(text) : undefined;
    if (value === undefined) refused.push(`${name && `${name}=`}${text}`);
    else values[name as keyof K] = value;
  }
  return { values, refused };
}

export const standards = <K extends Keys>(keys: K): ValuesOf<K> =>
  Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.standard])) as ValuesOf<K>;

/** @returns "#/room/view?…", without a question mark where all is as it comes */
export function addressOf<K extends Keys>(
  room: string,
  view: string,
  keys: K,
  values: Partial<ValuesOf<K>>,
): string {
  const said = Object.entries(keys)
    .filter(([name]) => values[name] !== undefined)
    .map(([name, key]) => [name, key.write(values[name]), key.write(key.standard)])
    .filter(([, text, standard]) => text !== standard);
  const query = said
    .filter(([name]) => name)
    .map(([name, text]) => `${encoded(name)}=${encoded(text)}`)
    .join("&");
  const third = said.find(([name]) => !name)?.[1];
  return `#/${[room, view, third ?? ""].filter(Boolean).map(encoded).join("/")}${query && `?${query}`}`;
}

const splitOnce = (text: string, mark: string): [string, string?] => {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

/** A stray percent sign is no reason to lose an address. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/%(2C|2F|3A|40|C3%97)/gi, (mark) => decodeURIComponent(mark));
