// The components that serve TypeScript alone, out of their types and docstrings.
import { globSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** An arg or output. */
export interface Described {
  readonly name: string;
  /** As TypeScript writes it. */
  readonly type: string;
  readonly isOptional: boolean;
  readonly description: string;
}

/** A component for programs in TypeScript. */
export interface TypeScriptComponent {
  readonly name: string;
  /** The part of the package that exports it: `bramble-components/board`. */
  readonly part: string;
  readonly description: string;
  readonly args: readonly Described[];
  readonly outputs: readonly Described[];
}

const folder = path.join(import.meta.dirname, "..");

/**
 * Describes the components that the parts of the package export, in their order by name.
 *
 * @param others names of components to leave out: those that serve every language
 */
export function typeScriptComponents(others: ReadonlySet<string>): TypeScriptComponent[] {
  const parts = globSync("components/*/index.ts", { cwd: folder }).map((file) => path.join(folder, file));
  const { config } = ts.readConfigFile(path.join(folder, "tsconfig.json"), (file) =>
    ts.sys.readFile(file),
  ) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder);
  const program = ts.createProgram(parts, options);
  const checker = program.getTypeChecker();
  const found = parts.flatMap((file) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    return (module ? checker.getExportsOfModule(module) : []).flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const declared = symbol.valueDeclaration;
      if (!declared || !ts.isClassDeclaration(declared) || others.has(symbol.name)) return [];
      if (!/extends ComponentResource\b/.test(declared.heritageClauses?.[0]?.getText() ?? "")) return [];
      return [describe(symbol, declared, path.basename(path.dirname(file)), checker)];
    });
  });
  return found.toSorted((a, b) => a.name.localeCompare(b.name));
}

function describe(
  symbol: ts.Symbol,
  declared: ts.ClassDeclaration,
  part: string,
  checker: ts.TypeChecker,
): TypeScriptComponent {
  const own = (each: ts.Symbol): Described => ({
    name: each.name,
    type: checker.typeToString(
      checker.getNonNullableType(checker.getTypeOfSymbol(each)),
      declared,
      ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope,
    ),
    isOptional: (each.flags & ts.SymbolFlags.Optional) !== 0,
    description: docOf(each, checker),
  });
  const parameters = declared.members.find(ts.isConstructorDeclaration)?.parameters ?? [];
  const args = parameters.filter((each) => !/^(name|opts)$/.test(each.name.getText()));
  const outputs = declared.members.flatMap((member) =>
    ts.isPropertyDeclaration(member) && ts.isIdentifier(member.name)
      ? [checker.getSymbolAtLocation(member.name)].filter((each) => each !== undefined)
      : [],
  );
  return {
    name: symbol.name,
    part: `bramble-components/${part}`,
    description: docOf(symbol, checker),
    args: args.flatMap((each) => checker.getTypeAtLocation(each).getProperties().map(own)),
    outputs: outputs.map(own),
  };
}

function docOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker));
}
