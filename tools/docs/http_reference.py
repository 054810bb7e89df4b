#!/usr/bin/env python3
"""Writes docs/http.md, the reference of the HTTP interface, from docs/openapi.json.

    http_reference.py [--check]

With --check it writes nothing, and fails if the file is not what it would write. Standard library only.
"""

import json
import pathlib
import sys

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|")


def type_of(schema):
    """A schema in few words: the name of another one as a link, else its type."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " or ".join(type_of(one) for one in schema[key])
    if "allOf" in schema:
        return " and ".join(type_of(one) for one in schema["allOf"])
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        kind = " or ".join(kind)
    if kind == "array":
        return "array of " + type_of(schema.get("items", {}))
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return "object of " + type_of(schema["additionalProperties"])
    limits = [f"{word} {schema[key]}" for key, word in
              (("minimum", "at least"), ("exclusiveMinimum", "above"), ("maximum", "at most"),
               ("exclusiveMaximum", "below")) if key in schema]
    return kind + (f" ({', '.join(limits)})" if limits else "")


def fields(schema):
    """A table of the fields of an object."""
    required = schema.get("required", [])
    lines = ["| field | type | |", "| --- | --- | --- |"]
    for name, one in schema.get("properties", {}).items():
        optional = "" if name in required else "optional. "
        lines.append(f"| `{name}` | {cell(type_of(one))} | {cell(optional + one.get('description', ''))} |")
    return lines if len(lines) > 2 else []


def content(body):
    return ", ".join(f"{kind}: {type_of(one.get('schema', {}))}" if "json" in kind else kind
                     for kind, one in body.get("content", {}).items())


def operation(document, path, method, one):
    lines = ["", f"### {method.upper()} {path}", ""]
    text = " ".join(one[key] for key in ("summary", "description") if key in one)
    if text:
        lines += [text, ""]
    parameters = [resolve(document, p) for p in one.get("parameters", [])]
    if parameters:
        lines += ["| parameter | in | type | |", "| --- | --- | --- | --- |"]
        lines += [f"| `{p['name']}` | {p['in']} | {cell(type_of(p.get('schema', {})))} "
                  f"| {cell(('' if p.get('required') else 'optional. ') + p.get('description', ''))} |"
                  for p in parameters]
        lines.append("")
    if "requestBody" in one:
        lines += ["Request: " + content(resolve(document, one["requestBody"])), ""]
    for status, answer in one.get("responses", {}).items():
        answer = resolve(document, answer)
        kinds = content(answer)
        lines.append(f"- {status}: {cell(answer.get('description', ''))}" + (f" ({kinds})" if kinds else ""))
    return lines


def resolve(document, one):
    while "$ref" in one:
        found = document
        for part in one["$ref"].lstrip("#/").split("/"):
            found = found[part]
        one = found
    return one


def reference(document):
    lines = ["# The HTTP interface", "",
             "Written by `tools/docs/http_reference.py` from [openapi.json](openapi.json): change that, and run it again.",
             "", document["info"].get("description", ""), "", "## Requests"]
    for path, methods in document["paths"].items():
        shared = methods.get("parameters", [])
        for method, one in methods.items():
            if method in ("get", "put", "post", "delete", "patch", "head"):
                one = dict(one, parameters=shared + one.get("parameters", []))
                lines += operation(document, path, method, one)
    lines += ["", "## Schemas"]
    for name, schema in document["components"]["schemas"].items():
        lines += ["", f"### {name}", ""]
        if "description" in schema:
            lines += [schema["description"], ""]
        lines += fields(schema) or [type_of(schema)]
    return "\n".join(lines) + "\n"


def main():
    text = reference(json.loads((DOCS / "openapi.json").read_text()))
    file = DOCS / "http.md"
    if sys.argv[1:] == ["--check"]:
        if not file.exists() or file.read_text() != text:
            sys.exit("docs/http.md is out of date: run tools/docs/http_reference.py")
    else:
        file.write_text(text)


main()
