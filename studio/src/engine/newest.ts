/** Questions that follow what is typed or pointed at: while one is answered only the newest of those that came is kept. */

/** @returns what asks, or forgets what waits (undefined); of answers `told` hears with what was asked, of failures `failed` */
export function newest<Asked, Answer>(
  ask: (asked: Asked) => Promise<Answer>,
  told: (answer: Answer, asked: Asked) => void,
  failed: (message: string, asked: Asked) => void,
): (asked: Asked | undefined) => void {
  let wanted: Asked | undefined;
  let isBusy = false;
  const next = async () => {
    if (isBusy || wanted === undefined) return;
    isBusy = true;
    const asked = wanted;
    wanted = undefined;
    try {
      told(await ask(asked), asked);
    } catch (error) {
      failed((error as Error).message, asked);
    }
    isBusy = false;
    void next();
  };
  return (asked) => {
    wanted = asked;
    void next();
  };
}
