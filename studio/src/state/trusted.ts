/** Scripts come from this site alone: what else is asked for is refused here. */
const policy = globalThis.trustedTypes?.createPolicy("receptive", {
  createScriptURL(address: string) {
    if (new URL(address, location.href).origin !== location.origin)
      throw new TypeError(`not of this site: ${address}`);
    return address;
  },
});

export const trusted = (address: string): URL =>
  (policy?.createScriptURL(address) ?? new URL(address, location.href)) as unknown as URL;
