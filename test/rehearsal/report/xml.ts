/** An element of a well-formed document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** All text inside it. */
  readonly text: string;
}

const entities: Record<string, string> = { "#38": "&", "#60": "<", "#62": ">", "#34": '"', "#39": "'" };
const token = /<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z][\w-]*="[^"<]*")*)(\/?)>|([^<]+)/gy;

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/**
 * Reads what the report uses of XML, and is as strict as XML: every element closed, every attribute quoted and
 * there once, no bare `&` or `<`.
 *
 * @throws Error with the place of the first fault
 */
export function parseXml(document: string): Element {
  const body = document.replace(/^<!DOCTYPE html>\n/, "").trimEnd();
  const root: Open = { name: "#root", attributes: {}, children: [], text: "" };
  const open = [root];
  token.lastIndex = 0;
  while (token.lastIndex < body.length) {
    const at = token.lastIndex;
    const fault = (what: string) => new Error(`${what} at: ${body.slice(at, at + 80)}`);
    const match = token.exec(body);
    if (!match) throw fault("neither a tag nor text");
    const [, closing, name = "", attributes = "", empty, text] = match;
    const parent = open.at(-1) ?? root;
    if (text !== undefined) {
      const plain = unescaped(text);
      for (const each of open) each.text += plain;
    } else if (closing) {
      if (parent.name !== name) throw fault(`</${name}> inside of <${parent.name}>`);
      open.pop();
    } else {
      const element: Open = { name, attributes: attributesOf(attributes), children: [], text: "" };
      parent.children.push(element);
      if (!empty) open.push(element);
    }
  }
  const [document_] = root.children;
  if (open.length > 1 || !document_ || root.children.length > 1)
    throw new Error("not one closed root element");
  return document_;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(/ ([\w-]+)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`${name} twice in:${text}`);
    attributes[name] = unescaped(value);
  }
  return attributes;
}

function unescaped(text: string): string {
  return text.replace(/&([^;]*;)?/g, (reference) => {
    const character = entities[reference.slice(1, -1)];
    if (character === undefined) throw new Error(`unknown reference ${reference} in: ${text.slice(0, 80)}`);
    return character;
  });
}

/** The element and everything below it, in the document's order. */
export function everyElement(element: Element): Element[] {
  return [element, ...element.children.flatMap(everyElement)];
}

/** The elements below it with a name and, where given, a class. */
export function find(element: Element, name: string, className?: string): Element[] {
  return everyElement(element).filter(
    (each) =>
      each.name === name &&
      (className === undefined || (each.attributes.class ?? "").split(" ").includes(className)),
  );
}
