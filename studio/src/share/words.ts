/** What is said where a view is shared. */
export const shareWords = {
  loopback:
    "These codes hold an address of this computer, which others cannot open. Put the studio on a web host (receptive studio --export), and say here where it is:",
  host: "Address of the studio for your class",
  noHost: "That is no address of a page: it begins with http:// or https://.",
} as const;
