# SPDX-License-Identifier: MIT
"""What a C header defines, and what the compiler makes of it.

names_of() reads a header's text for the names of its constants and struct
fields; table_of() compiles a program that prints each one's value, offset and
size.  Two headers agree if their tables do.
"""

import re
import subprocess

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+(\S.*)$", re.M)
ENUM = re.compile(r"\benum\b\s*\w*\s*\{(.*?)\}", re.S)
STRUCT = re.compile(r"\bstruct\s+(\w+)\s*\{")
FIELD = re.compile(r"(\w+)\s*((?:\[[^\]]*\])*)\s*(?:__attribute__\s*\(\(.*?\)\))?\s*;")
FLEXIBLE = ("[]", "[0]")


def matching_brace(text, start):
    """Index behind the brace that closes the one at START."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index + 1
    raise ValueError("a brace is not closed")


def structs_of(text):
    """{struct: {field: is a flexible array}}, fields of anonymous members too."""
    structs = {}
    for match in STRUCT.finditer(text):
        body = text[match.end():matching_brace(text, match.end() - 1) - 1]
        if "{" not in text[:match.start()] or is_outermost(text, match.start()):
            structs[match[1]] = {field: dimensions in FLEXIBLE
                                 for field, dimensions in FIELD.findall(body)}
    return structs


def is_outermost(text, index):
    inside = text[:index]
    return inside.count("{") - inside.count("}") in (0, extern_c(inside))


def extern_c(text):
    return len(re.findall(r'extern "C" \{', text))


def constants_of(text):
    joined = text.replace("\\\n", " ")
    names = {name for name, _ in DEFINE.findall(joined)}
    for body in ENUM.findall(re.sub(r"^[ \t]*#.*$", "", joined, flags=re.M)):
        names |= {item.split("=")[0].strip() for item in body.split(",")}
    return {name for name in names if name}


def names_of(path):
    """(constants, structs) of a header."""
    text = COMMENT.sub(" ", path.read_text())
    return constants_of(text), structs_of(text)


def lines_for(constants, structs):
    for name in sorted(constants):
        yield f'printf("value {name} %lld\\n", (long long)({name}));'
    for struct, fields in sorted(structs.items()):
        # By its tag, or a typedef's name.
        spelt = struct if struct.endswith("_t") else f"struct {struct}"
        yield f'printf("size {struct} %zu\\n", sizeof({spelt}));'
        for field, flexible in fields.items():
            place = f"(({spelt} *)0)->{field}{'[0]' if flexible else ''}"
            yield (f'printf("offset {struct}.{field} %zu\\n", '
                   f"offsetof({spelt}, {field}));")
            yield f'printf("size {struct}.{field} %zu\\n", sizeof({place}));'


def table_of(folder, includes, constants, structs, flags=()):
    """{'value NAME' | 'offset S.F' | 'size S[.F]': number}, as compiled."""
    source, program = folder / "table.c", folder / "table"
    head = "".join(f"#include {name}\n" for name in includes)
    body = "\n\t".join(lines_for(constants, structs))
    source.write_text(f"{head}#include <stddef.h>\n#include <stdio.h>\n"
                      f"int main(void)\n{{\n\t{body}\n\treturn 0;\n}}\n")
    subprocess.run(["gcc", "-w", *flags, "-o", program, source], check=True)
    output = subprocess.run([program], check=True, capture_output=True, text=True)
    rows = (line.rsplit(" ", 1) for line in output.stdout.splitlines())
    return {key: int(number) for key, number in rows}
