/** What the page and the service worker say to each other. */
export interface Asked {
  /** How it stands, or that photographs and weights be kept as well. */
  readonly want: "state" | "all";
}

export interface Kept {
  /** Files that are kept from the first visit on. */
  readonly files: number;
  /** Files that are kept once they were opened, and how many of them are. */
  readonly later: number;
  readonly kept: number;
}

export type Told = Kept | { readonly failure: string };
