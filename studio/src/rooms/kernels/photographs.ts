/** Where the photographs lie; each is loaded when it is shown. */
import cat from "../../../photographs/cat.webp?url";
import coffee from "../../../photographs/coffee.webp?url";
import rocket from "../../../photographs/rocket.webp?url";

export const photographs = { coffee, cat, rocket } as const;
