/** Where others find the studio: this page's own address, or, where that is this computer alone, what the lecturer says. */
const key = "receptive.host";

class Host {
  /** As it was typed; kept in this browser. */
  said = $state(kept());

  /** Whether others can open the address of this page. */
  get isOfThisComputer(): boolean {
    return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|)$/.test(location.hostname);
  }

  get isFine(): boolean {
    return this.said === "" || addressOf(this.said) !== undefined;
  }

  /** Without what stands behind "#". */
  get address(): string {
    return (this.said && addressOf(this.said)) || location.href.split("#")[0];
  }

  say(text: string): void {
    this.said = text.trim();
    try {
      if (this.isFine) localStorage.setItem(key, this.said);
    } catch {
      // Private windows keep nothing: it holds for this page.
    }
  }
}

function addressOf(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}

function kept(): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

export const host = new Host();
