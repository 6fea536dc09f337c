import ts from 'typescript';

/** One import, re-export, `import()` or `import('x').Y` of a file. */
export interface ImportFact {
  specifier: string;
  /** `type`: erased by the compiler. `dynamic`: loaded when that line runs. */
  kind: 'static' | 'type' | 'dynamic';
}

/** What the rules look at in one source file. Comments and strings do not count. */
export interface SourceFacts {
  imports: ImportFact[];
  /** Free uses of {@link WATCHED} globals; `Date` counts as `Date.now` and as `new Date()`, both of which ask the clock. */
  globals: string[];
  /** Every name that is written, so also those of imported types. */
  names: Set<string>;
  usesAny: boolean;
}

/** Ways to the outside world that a module must be given instead of reaching for. */
const WATCHED = new Set(
  'fetch crypto performance globalThis setTimeout setInterval setImmediate clearTimeout process Buffer require'.split(
    ' ',
  ),
);

export function readFacts(path: string, text: string): SourceFacts {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const facts: SourceFacts = { imports: [], globals: [], names: new Set(), usesAny: false };
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    const found = importOf(node);
    if (found) facts.imports.push(found);
    if (node.kind === ts.SyntaxKind.AnyKeyword) facts.usesAny = true;
    if (ts.isIdentifier(node)) facts.names.add(node.text);
    const name = globalOf(node);
    if (name !== undefined) facts.globals.push(name);
    const declaration = declaredName(node);
    if (declaration !== undefined) declared.add(declaration);
    ts.forEachChild(node, visit);
  };
  visit(source);
  facts.globals = facts.globals.filter((name) => !declared.has(name));
  return facts;
}

function importOf(node: ts.Node): ImportFact | undefined {
  if (ts.isImportDeclaration(node)) {
    return { specifier: textOf(node.moduleSpecifier), kind: isErased(node.importClause) ? 'type' : 'static' };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    const named = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : [];
    const erased = node.isTypeOnly || (named.length > 0 && named.every((one) => one.isTypeOnly));
    return { specifier: textOf(node.moduleSpecifier), kind: erased ? 'type' : 'static' };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return { specifier: textOf(node.arguments[0]), kind: 'dynamic' };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return { specifier: textOf(node.argument.literal), kind: 'type' };
  }
  return undefined;
}

/** `import type` and an import of nothing but types leave no trace in what is shipped. */
function isErased(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const bindings = clause.namedBindings;
  if (clause.name || !bindings || !ts.isNamedImports(bindings)) return false;
  return bindings.elements.length > 0 && bindings.elements.every((one) => one.isTypeOnly);
}

/** A specifier that is computed cannot be judged, and matches no rule that allows anything. */
function textOf(node: ts.Node | undefined): string {
  return node && ts.isStringLiteralLike(node) ? node.text : '(computed)';
}

function globalOf(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
  if (!ts.isIdentifier(node)) return undefined;
  const { parent, text } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.expression === node) {
    const member = `${text}.${parent.name.text}`;
    if (member === 'Date.now' || member === 'Math.random') return member;
  }
  return WATCHED.has(text) && isUse(node, parent) ? text : undefined;
}

/** Not the name of a member, of a key or of a type: `settings.fetch` and `{ fetch: x }` are nobody's globals. */
function isUse(node: ts.Identifier, parent: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return false;
  return ts.isExpression(parent) || ts.isStatement(parent) || isInitializer(node, parent);
}

function isInitializer(node: ts.Identifier, parent: ts.Node): boolean {
  const isHolder =
    ts.isVariableDeclaration(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isParameter(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isBindingElement(parent);
  return (
    (isHolder && parent.initializer === node) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isSpreadAssignment(parent)
  );
}

function declaredName(node: ts.Node): string | undefined {
  const isDeclaration =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isImportSpecifier(node) ||
    ts.isImportClause(node);
  return isDeclaration && node.name && ts.isIdentifier(node.name) ? node.name.text : undefined;
}
