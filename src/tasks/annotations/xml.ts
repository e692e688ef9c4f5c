/** XML as trees of elements. Loaded with the first such file. */
import { parseXml, XmlElement, XmlError } from "@rgrove/parse-xml";
import { DataError } from "../../data/dataset.js";

/** An element: its name, its text without spaces around it, the elements in it. */
export interface Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
}

/**
 * The outermost element of an XML text. Entities of a document type of its own are not resolved.
 * @throws DataError  one line that names the file and the line
 */
export function rootOf(text: string, name: string): Element {
  try {
    const { root } = parseXml(text.replace(/^\uFEFF/, ""));
    if (!root) throw new DataError(`${name}: is an XML file without elements`);
    return elementOf(root);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const [first] = error.message.split("\n");
    throw new DataError(`${name}: is no valid XML: ${first}`);
  }
}

function elementOf(element: XmlElement): Element {
  const inner = element.children.filter((child) => child instanceof XmlElement);
  return {
    name: element.name,
    text: inner.length > 0 ? "" : element.text.trim(),
    children: inner.map(elementOf),
  };
}
