/** What is looked at: room, view and values, which mirror the address. Everything that a link can say is here. */
import { MediaQuery } from "svelte/reactivity";
import { addressOf, type Keys, longest, parsed, standards, type ValuesOf, valuesFrom } from "./address.js";
import { pageKeys } from "./page-keys.js";

interface Viewed {
  readonly name: string;
  readonly keys: Keys;
}

interface Roomed {
  readonly name: string;
  readonly views: readonly Viewed[];
}

type Values = Record<string, unknown>;

/** Scrubs and edits reach the address when they have rested for so long, in ms. */
const settled = 250;

const undoDepth = 100;

interface Edit {
  readonly view: string;
  readonly values: Values;
}

class Look {
  room = $state("");
  view = $state("");
  values = $state.raw<Values>({});
  page = $state.raw<ValuesOf<typeof pageKeys>>(standards(pageKeys));
  /** What of the address means nothing here. */
  refused = $state.raw<readonly string[]>([]);
  readonly isNarrow = new MediaQuery("(max-width: 720px)");
  readonly isCalm = new MediaQuery("(prefers-reduced-motion: reduce)");
  readonly #isDarkSystem = new MediaQuery("(prefers-color-scheme: dark)");
  #rooms: readonly Roomed[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** A theme that is kept here is no part of links; one that a link named is. */
  #isThemeOfLink = false;
  /** Per room. */
  #undone = new Map<string, { back: Edit[]; forth: Edit[] }>();

  get theme(): "light" | "dark" {
    return this.page.theme === "system" ? (this.#isDarkSystem.current ? "dark" : "light") : this.page.theme;
  }

  get isEmbedded(): boolean {
    return this.page.embed || document.documentElement.hasAttribute("data-embedded");
  }

  get keys(): Keys {
    return this.#viewed(this.room, this.view)?.keys ?? {};
  }

  /** Reads the address now, and whenever it changes. @returns the end of it */
  follow(rooms: readonly Roomed[]): () => void {
    this.#rooms = rooms;
    const read = () => this.#read();
    read();
    addEventListener("hashchange", read);
    // Whoever follows a link and comes back finds what they left.
    const flush = () => this.#flush();
    addEventListener("click", flush, true);
    addEventListener("pagehide", flush);
    return () => {
      removeEventListener("hashchange", read);
      removeEventListener("click", flush, true);
      removeEventListener("pagehide", flush);
    };
  }

  /** Changes values of this view. An edit can be undone; a scrub is no edit. */
  set(changed: Values, { isEdit = false }: { isEdit?: boolean } = {}): void {
    if (isEdit) this.#remember();
    this.values = { ...this.values, ...changed };
    this.#write();
  }

  /** A value that turned out to mean nothing here: it leaves the address, with the quiet line. */
  refuse(key: string): void {
    const found = this.keys[key];
    if (!found) return; // of a view that is being left
    this.refused = [...this.refused, `${key}=${found.write(this.values[key])}`];
    this.set({ [key]: found.standard });
  }

  setPage(changed: Partial<ValuesOf<typeof pageKeys>>): void {
    this.page = { ...this.page, ...changed };
    this.#write();
  }

  /** Light where it is dark, and the other way round; kept in this browser. */
  switchTheme(): void {
    const theme = this.theme === "dark" ? "light" : "dark";
    keepTheme(theme);
    this.page = { ...this.page, theme };
    if (this.#isThemeOfLink) this.#write();
  }

  hides(control: string): boolean {
    return this.page.hide.includes(control);
  }

  /** A link to a view, with what differs from its defaults, and from the page's values as they are. */
  linkTo(room: string, view = "", values: Values = {}, page: Values = {}): string {
    const found = this.#viewed(room, view);
    const theme = this.#isThemeOfLink ? this.page.theme : pageKeys.theme.standard;
    const kept = { ...values, ...this.page, theme, ...page };
    return addressOf(room, view, { ...found?.keys, ...pageKeys }, kept as never);
  }

  get link(): string {
    return this.linkTo(this.room, this.view, this.values);
  }

  undo(): boolean {
    return this.#move("back", "forth");
  }

  redo(): boolean {
    return this.#move("forth", "back");
  }

  #edits() {
    const edits = this.#undone.get(this.room) ?? { back: [], forth: [] };
    this.#undone.set(this.room, edits);
    return edits;
  }

  #remember(): void {
    const edits = this.#edits();
    edits.back.push({ view: this.view, values: this.values });
    if (edits.back.length > undoDepth) edits.back.shift();
    edits.forth = [];
  }

  #move(from: "back" | "forth", to: "back" | "forth"): boolean {
    const edits = this.#edits();
    const edit = edits[from].pop();
    if (!edit) return false;
    edits[to].push({ view: this.view, values: this.values });
    this.view = edit.view;
    this.values = edit.values;
    this.#write();
    return true;
  }

  #viewed(room: string, view: string): Viewed | undefined {
    const views = this.#rooms.find((one) => one.name === room)?.views;
    return views?.find((one) => one.name === view) ?? views?.[0];
  }

  #read(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { room, view, given } = parsed(location.hash);
    const known = this.#rooms.find((one) => one.name === room) ?? this.#rooms[0];
    const found = known.views.find((one) => one.name === view) ?? known.views[0];
    const isOfPage = ([key]: readonly [string, string]) => Object.hasOwn(pageKeys, key);
    const own = valuesFrom(
      found.keys,
      given.filter((one) => !isOfPage(one)),
    );
    const page = valuesFrom(pageKeys, given.filter(isOfPage));
    // A theme that was chosen here stays until a link names another.
    this.#isThemeOfLink = given.some(([key]) => key === "theme");
    const theme = this.#isThemeOfLink ? page.values.theme : keptTheme();
    const lost = known.name === room && (view === "" || found.name === view) ? [] : [`${room}/${view}`];
    this.room = known.name;
    this.view = found.name;
    this.values = own.values;
    this.page = { ...page.values, theme };
    this.refused = [...lost, ...own.refused, ...page.refused];
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#flush(), settled);
  }

  #flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { link } = this;
    if (link.length <= longest) history.replaceState(history.state, "", link);
  }
}

const themeKey = "receptive.theme";

function keepTheme(theme: "system" | "light" | "dark"): void {
  try {
    localStorage.setItem(themeKey, theme);
  } catch {
    // Private windows keep nothing: the theme holds for this page.
  }
}

function keptTheme(): "system" | "light" | "dark" {
  try {
    const kept = localStorage.getItem(themeKey);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

export const look = new Look();
