/**
 * Constants that nobody misses who does not use them, as all of our modules' are: each bundler leaves those out that it
 * takes for pure, and few take a call, a spread or a property of another module's constant for that.
 */
import ts from "typescript";

/** @returns the module with its calls marked, and what is more than calls and literals in a function that is marked */
export function markedPure(text) {
  const module = ts.createSourceFile("m.js", text, ts.ScriptTarget.ES2022, true);
  let [marked, done] = ["", 0];
  for (const statement of module.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      marked += text.slice(done, declaration.getStart()) + declarationOf(declaration);
      done = declaration.end;
    }
  }
  return marked + text.slice(done);
}

/** `[a, b] = [1, f(2)]` and `{ a, b } = c` name by name. */
function declarationOf(declaration) {
  const { name, initializer } = declaration;
  if (!initializer) return declaration.getText();
  if (ts.isIdentifier(name)) return `${name.text} = ${pureOf(initializer)}`;
  const { elements } = name;
  const areNames = elements.every(
    (one) => ts.isBindingElement(one) && ts.isIdentifier(one.name) && !one.initializer && !one.dotDotDotToken,
  );
  if (areNames && ts.isObjectBindingPattern(name) && ts.isIdentifier(initializer))
    return elements
      .map(
        ({ name, propertyName = name }) =>
          `${name.text} = ${later(`${initializer.text}.${propertyName.text}`)}`,
      )
      .join(", ");
  if (areNames && ts.isArrayLiteralExpression(initializer) && initializer.elements.length === elements.length)
    return elements.map(({ name }, i) => `${name.text} = ${pureOf(initializer.elements[i])}`).join(", ");
  return declaration.getText();
}

const pure = "/* @__PURE__ */ ";
const later = (text) => `${pure}(() => (${text}))()`;

/** The text of an expression that may be left out. */
function pureOf(node) {
  const calls = [];
  if (!isPlain(node, calls)) return later(node.getText());
  const begin = node.getStart();
  let [text, done] = ["", 0];
  for (const at of calls.map((call) => call - begin).sort((a, b) => a - b)) {
    text += node.getText().slice(done, at) + pure;
    done = at;
  }
  return text + node.getText().slice(done);
}

/** Whether it is made of literals, functions, names and calls of named functions; `calls`: where these begin. */
function isPlain(node, calls) {
  const all = (nodes) => nodes.every((one) => isPlain(one, calls));
  if (ts.isLiteralExpression(node) || ts.isIdentifier(node) || ts.isOmittedExpression(node)) return true;
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isClassExpression(node)) return true;
  if ([ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind))
    return true;
  if (ts.isParenthesizedExpression(node)) return isPlain(node.expression, calls);
  if (ts.isPrefixUnaryExpression(node)) return ts.isNumericLiteral(node.operand);
  // Of numbers and strings: bundlers compute it.
  if (ts.isBinaryExpression(node)) return isFixed(node.left) && isFixed(node.right);
  if (ts.isArrayLiteralExpression(node)) return all(node.elements);
  if (ts.isObjectLiteralExpression(node))
    return node.properties.every(
      (property) =>
        ts.isShorthandPropertyAssignment(property) ||
        (!ts.isSpreadAssignment(property) &&
          !ts.isComputedPropertyName(property.name) &&
          (!ts.isPropertyAssignment(property) || isPlain(property.initializer, calls))),
    );
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return false;
  calls.push(node.getStart());
  return isName(node.expression) && all(node.arguments ?? []);
}

const isFixed = (node) =>
  ts.isLiteralExpression(node) || (ts.isBinaryExpression(node) && isFixed(node.left) && isFixed(node.right));

/** f, or Object.keys. */
const isName = (node) =>
  ts.isIdentifier(node) || (ts.isPropertyAccessExpression(node) && isName(node.expression));
