// Turns the JSON Schema of the server's messages into TypeScript types.
//   node wire-types.ts SCHEMA.json OUT.ts
// Understands what pydantic writes (objects, arrays, tuples, enums, constants, unions, references,
// maps) and stops at anything else rather than guessing. The same schema gives the same file.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** The part of JSON Schema that is read here. */
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  title?: string;
  description?: string;
}

const PLAIN: Record<string, string> = {
  string: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
  null: "null",
};
/** What says nothing about the type; a schema of only these allows anything. */
const SILENT = new Set(["title", "description", "default", "examples", "deprecated"]);

const typeName = (name: string): string => name.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
const nameOf = (ref: string): string => typeName(ref.slice(ref.lastIndexOf("/") + 1));
const union = (types: string[]): string => [...new Set(types)].join(" | ");
const inArray = (type: string): string => (/[|&]/.test(type) ? `(${type})[]` : `${type}[]`);
const property = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));

/** The TypeScript of one schema. */
export function typeOf(schema: Schema, indent = ""): string {
  const inside = (one: Schema): string => typeOf(one, indent);
  if (Object.keys(schema).every((key) => SILENT.has(key))) return "unknown";
  if (schema.$ref) return nameOf(schema.$ref);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((value) => JSON.stringify(value)));
  const many = schema.anyOf ?? schema.oneOf;
  if (many) return union(many.map(inside));
  if (schema.allOf) return schema.allOf.map(inside).join(" & ");
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => inside({ ...schema, type })));
  if (schema.type === "array") return arrayOf(schema, indent);
  if (schema.type === "object") return objectOf(schema, indent);
  const plain = PLAIN[schema.type ?? ""];
  if (!plain) throw new Error(`no TypeScript for ${JSON.stringify(schema)}`);
  return plain;
}

function arrayOf(schema: Schema, indent: string): string {
  if (schema.prefixItems) return `[${schema.prefixItems.map((one) => typeOf(one, indent)).join(", ")}]`;
  return inArray(typeOf(schema.items ?? {}, indent));
}

function objectOf(schema: Schema, indent: string): string {
  if (!schema.properties) {
    const extra = schema.additionalProperties;
    return `Record<string, ${typeof extra === "object" ? typeOf(extra, indent) : "unknown"}>`;
  }
  const required = new Set(schema.required);
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties).map(([key, value]) => {
    const optional = required.has(key) ? "" : "?";
    return `${words(value, inner)}${inner}${property(key)}${optional}: ${typeOf(value, inner)};\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

function words(schema: Schema, indent: string): string {
  const text = schema.description?.replace(/\s+/g, " ").replaceAll("*/", "* /").trim();
  return text ? `${indent}/** ${text} */\n` : "";
}

/** The whole file, from a schema that carries its models in `$defs`. */
export function fileOf(schema: Schema): string {
  const models = Object.entries(schema.$defs ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  const parts = models.map(([name, model]) => {
    const type = typeOf(model);
    const whole = type.startsWith("{") ? `interface ${typeName(name)} ${type}` : `type ${typeName(name)} = ${type};`;
    return `${words(model, "")}export ${whole}\n`;
  });
  return `// Made from server.wire by server/web/build/wire-types.ts; not kept in git.\n\n${parts.join("\n")}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [from, to] = process.argv.slice(2);
  if (!from || !to) throw new Error("usage: wire-types.ts SCHEMA.json OUT.ts");
  writeFileSync(to, fileOf(JSON.parse(readFileSync(from, "utf8")) as Schema));
}
