// JSON Schema as TypeScript, and a generated file written or compared: what both generators share.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What a Python program of the server prints as JSON; `given` are `python`'s own arguments. */
export function fromServer(given) {
  const python = existsSync(`${root}.venv/bin/python`) ? `${root}.venv/bin/python` : "python3";
  return JSON.parse(execFileSync(python, given, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 }));
}

/** A JSON Schema as a TypeScript type. */
export function type(one) {
  if (one.$ref) return one.$ref.split("/").pop();
  if ("const" in one) return JSON.stringify(one.const);
  if (one.enum) return one.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (one.anyOf ?? one.oneOf) return [...new Set((one.anyOf ?? one.oneOf).map(type))].join(" | ");
  if (Array.isArray(one.type)) return one.type.map((name) => type({ ...one, type: name })).join(" | ");
  switch (one.type) {
    case "string":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "array": {
      const item = type(one.items ?? {});
      return /[ |]/.test(item) ? `(${item})[]` : `${item}[]`;
    }
    case "object":
      return Object.keys(one.properties ?? {}).length > 0 ? fields(one) : `Record<string, ${typeof one.additionalProperties === "object" ? type(one.additionalProperties) : "unknown"}>`;
    default:
      return "unknown"; // anything that JSON can hold
  }
}

const key = (name) => (/^\w+$/.test(name) ? name : JSON.stringify(name));

/** Fields with a default are always there on the wire, because the server completes what it sends; but for those that say they may lack. */
function fields(one) {
  const lines = Object.entries(one.properties ?? {}).map(([name, value]) => `  ${key(name)}${value["x-may-lack"] ? "?" : ""}: ${type(value)};`);
  return `{\n${lines.join("\n")}\n}`;
}

/** What a request may send, on one line: fields with a default may be left out. */
export function sent(one) {
  const properties = Object.entries(one.properties ?? {});
  if (properties.length === 0) return type(one);
  const required = new Set(one.required ?? []);
  return `{ ${properties.map(([name, value]) => `${key(name)}${required.has(name) ? "" : "?"}: ${type(value)}`).join("; ")} }`;
}

/** An exported declaration with what the server says about it. */
export function declaration(name, one) {
  const said = one.description ? `/** ${one.description.split("\n\n")[0].replace(/\s+/g, " ")} */\n` : "";
  const known = Object.keys(one.properties ?? {}).length > 0;
  return said + (known ? `export interface ${name} ${fields(one)}` : `export type ${name} = ${type(one)};`);
}

/** Writes the file, or with --check says whether it is up to date. */
export function deliver(file, command, parts) {
  const target = fileURLToPath(new URL(`../src/${file}`, import.meta.url));
  const written = `${parts.join("\n\n")}\n`;
  if (!process.argv.includes("--check")) {
    writeFileSync(target, written);
  } else if (!existsSync(target) || readFileSync(target, "utf8") !== written) {
    console.error(`dashboard/src/${file} is out of date: run \`${command}\`.`);
    process.exit(1);
  }
}
