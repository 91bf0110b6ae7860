// Turns the JSON Schema of the server's messages into TypeScript types.
//   node wire-types.mjs SCHEMA.json OUT.ts
// Understands what pydantic writes (objects, arrays, tuples, enums, constants, unions, references,
// maps) and stops at anything else rather than guessing. The same schema gives the same file.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const PLAIN = { string: "string", integer: "number", number: "number", boolean: "boolean", null: "null" };
const SILENT = new Set(["title", "description", "default", "examples", "format", "pattern", "discriminator"]);

/** @param {string} ref */
const nameOf = (ref) => typeName(ref.slice(ref.lastIndexOf("/") + 1));
/** @param {string} name */
const typeName = (name) => name.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
/** @param {string[]} types */
const union = (types) => [...new Set(types)].join(" | ");
/** @param {string} type */
const inArray = (type) => (/[|&]/.test(type) ? `(${type})[]` : `${type}[]`);
/** @param {string} key */
const property = (key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));

/**
 * The TypeScript of one schema.
 * @param {any} schema
 * @param {string} indent
 * @returns {string}
 */
export function typeOf(schema, indent = "") {
  if (schema === true || Object.keys(schema).every((key) => SILENT.has(key))) return "unknown";
  if (schema.$ref) return nameOf(schema.$ref);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return union(schema.enum.map((/** @type {unknown} */ value) => JSON.stringify(value)));
  const many = schema.anyOf ?? schema.oneOf;
  if (many) return union(many.map((/** @type {any} */ one) => typeOf(one, indent)));
  if (schema.allOf) return schema.allOf.map((/** @type {any} */ one) => typeOf(one, indent)).join(" & ");
  if (Array.isArray(schema.type)) {
    return union(schema.type.map((/** @type {string} */ type) => typeOf({ ...schema, type }, indent)));
  }
  if (schema.type === "array") return arrayOf(schema, indent);
  if (schema.type === "object") return objectOf(schema, indent);
  const plain = PLAIN[/** @type {keyof typeof PLAIN} */ (schema.type)];
  if (!plain) throw new Error(`no TypeScript for ${JSON.stringify(schema)}`);
  return plain;
}

/** @param {any} schema @param {string} indent */
function arrayOf(schema, indent) {
  if (schema.prefixItems) {
    return `[${schema.prefixItems.map((/** @type {any} */ one) => typeOf(one, indent)).join(", ")}]`;
  }
  return inArray(typeOf(schema.items ?? true, indent));
}

/** @param {any} schema @param {string} indent */
function objectOf(schema, indent) {
  const extra = schema.additionalProperties;
  if (!schema.properties) {
    return `Record<string, ${extra && extra !== true ? typeOf(extra, indent) : "unknown"}>`;
  }
  const required = new Set(schema.required ?? []);
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties).map(([key, value]) => {
    // What the server sends always has its defaults filled in; only a request may leave them out.
    const optional = required.has(key) ? "" : "?";
    return `${words(value, inner)}${inner}${property(key)}${optional}: ${typeOf(value, inner)};\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

/** @param {any} schema @param {string} indent */
function words(schema, indent) {
  const text = schema.description?.replace(/\s+/g, " ").replaceAll("*/", "* /").trim();
  return text ? `${indent}/** ${text} */\n` : "";
}

/**
 * The whole file, from a schema that carries its models in `$defs`.
 * @param {any} schema
 */
export function fileOf(schema) {
  const defs = schema.$defs ?? {};
  const parts = Object.keys(defs)
    .sort()
    .map((name) => {
      const type = typeOf(defs[name]);
      const head = type.startsWith("{") ? `export interface ${typeName(name)} ` : `export type ${typeName(name)} = `;
      return `${words(defs[name], "")}${head}${type}${type.startsWith("{") ? "" : ";"}\n`;
    });
  return `// Made from server.wire by server/web/build/wire-types.mjs; not kept in git.\n\n${parts.join("\n")}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [from, to] = process.argv.slice(2);
  if (!from || !to) throw new Error("usage: wire-types.mjs SCHEMA.json OUT.ts");
  writeFileSync(to, fileOf(JSON.parse(readFileSync(from, "utf8"))));
}
