/**
 * What a program can import has a comment that says what it is, and what takes or gives tensors says of which shape. The
 * pages of `npm run docs` are made of them.
 */
import { resolve } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const { apart, entries } = (await import(resolve(root, "build/entries.mjs"))) as {
  [list in "apart" | "entries"]: { readonly [name: string]: string };
};

/** Words by which a comment says of which shape something is. */
const ofAShape = /×|\bshapes?\b|\brank\b|\bax[ie]s\b|element by element|each number/;

interface Export {
  readonly name: string;
  readonly comment: string;
  /** Its comment with parameters, results and errors. */
  readonly whole: string;
  /** Its type, where it can be called. */
  readonly call: string | null;
}

/** What entries export, each thing once, by the name under which it is found first; namespaces are entries of their own. */
function exportsOf(modules: readonly string[]): Export[] {
  const { options } = ts.getParsedCommandLineOfConfigFile(
    resolve(root, "tsconfig.build.json"),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  )!;
  const files = modules.map((module) => resolve(root, `src/${module}.ts`));
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const found = new Map<ts.Symbol, Export>();
  for (const [i, file] of files.entries())
    for (const exported of checker.getExportsOfModule(
      checker.getSymbolAtLocation(program.getSourceFile(file)!)!,
    )) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (symbol.flags & ts.SymbolFlags.ValueModule || found.has(symbol)) continue;
      const comment = ts.displayPartsToString(symbol.getDocumentationComment(checker));
      const tags = symbol.getJsDocTags(checker).map(({ text }) => ts.displayPartsToString(text));
      const type = symbol.flags & ts.SymbolFlags.Value ? checker.getTypeOfSymbol(symbol) : null;
      found.set(symbol, {
        name: `${modules[i]}: ${exported.name}`,
        comment,
        whole: [comment, ...tags].join("\n"),
        call: type?.getCallSignatures().length
          ? checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation)
          : null,
      });
    }
  return [...found.values()];
}

const exported = exportsOf(Object.values({ ...entries, ...apart }));
const names = (list: readonly Export[]) => list.map(({ name }) => name);

describe("comments", () => {
  test("there are hundreds of exports, of every entry", () => {
    expect(exported.length).toBeGreaterThan(600);
    for (const module of ["nn/index", "tensor/random", "worker/client"])
      expect(names(exported).some((name) => name.startsWith(`${module}: `))).toBe(true);
  });

  test("all that a program can import has one", () => {
    expect(names(exported.filter(({ comment }) => comment.trim() === ""))).toEqual([]);
  });

  test("functions of tensors say of which shapes these are", () => {
    const ofTensors = exported.filter(({ call }) => call !== null && /\b(Tensor|Layer)\b/.test(call));
    expect(ofTensors.length).toBeGreaterThan(150);
    expect(names(ofTensors.filter(({ whole }) => !ofAShape.test(whole)))).toEqual([]);
  });
});
