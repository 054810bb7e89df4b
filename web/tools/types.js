// Writes src/api/types.ts from docs/openapi.json: a type for each of its schemas. With --check it only says whether the
// file is up to date, and fails if not.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const DOCUMENT = fileURLToPath(new URL("../../docs/openapi.json", import.meta.url));
const OUTPUT = fileURLToPath(new URL("../src/api/types.ts", import.meta.url));

const HEAD = `// Written by "npm run types" from docs/openapi.json: change that, and run it again.
// Times are in seconds, levels in dB, parameter values normalized.
`;

const KNOWN = new Set(
  ("$ref type properties required additionalProperties items enum const oneOf anyOf description default format pattern " +
    "minimum maximum maxLength").split(" "),
);

/** The type that a schema describes, as TypeScript; the lines of an object are indented. */
function typeOf(schema, indent) {
  for (const keyword of Object.keys(schema)) if (!KNOWN.has(keyword)) throw new Error(`unknown keyword ${keyword}`);
  if (schema.$ref) return schema.$ref.replace("#/components/schemas/", "");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map((choice) => typeOf(choice, indent)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, indent)).join(" | ");
  switch (schema.type) {
    case "array": {
      const item = typeOf(schema.items, indent);
      return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return schema.properties ? objectOf(schema, indent) : `Record<string, ${valuesOf(schema, indent)}>`;
    case "integer":
    case "number":
      return "number";
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    default:
      throw new Error(`unknown type in ${JSON.stringify(schema)}`);
  }
}

function valuesOf(schema, indent) {
  return schema.additionalProperties ? typeOf(schema.additionalProperties, indent) : "unknown";
}

function objectOf(schema, indent) {
  const required = new Set(schema.required ?? []);
  const inside = `${indent}  `;
  const members = Object.entries(schema.properties).map(([name, member]) => {
    const remark = member.description ? ` // ${member.description}` : "";
    return `${inside}${name}${required.has(name) ? "" : "?"}: ${typeOf(member, inside)};${remark}\n`;
  });
  return `{\n${members.join("")}${indent}}`;
}

function declarationOf([name, schema]) {
  const remark = schema.description ? `/** ${schema.description}. */\n` : "";
  const type = typeOf(schema, "");
  const isObject = schema.type === "object" && schema.properties;
  return `\n${remark}export ${isObject ? `interface ${name} ${type}` : `type ${name} = ${type};`}\n`;
}

const { components } = JSON.parse(readFileSync(DOCUMENT, "utf8"));
const text = HEAD + Object.entries(components.schemas).map(declarationOf).join("");

if (process.argv.includes("--check")) {
  if (readFileSync(OUTPUT, "utf8") !== text) {
    console.error('src/api/types.ts is not what docs/openapi.json says; run "npm run types"');
    process.exit(1);
  }
} else {
  writeFileSync(OUTPUT, text);
}
