#===----------------------------------------------------------------------===#
#
# Part of the Danaus project, under the Apache License v2.0 with LLVM
# Exceptions. See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""What tools/dev/coverage and tools/dev/mutate read from C++ sources: statements, literals and rewrite patterns.

This is no parser of C++: it cuts text into tokens, and tokens into statements at `;`, `{` and `}`, which is enough
to tell which literals make one message and which classes are patterns.
"""
import ast
import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("dialects", "include", "lib", "tools")

_TOKEN = re.compile(r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/)
  | (?P<raw>(?:u8|[uUL])?R"(?P<tag>[^(\s]*)\((?P<body>.*?)\)(?P=tag)")
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<char>'(?:[^'\\\n]|\\.)+')
  | (?P<word>\w+)
  | (?P<sign>::|<<|->|==|!=|.)
""", re.VERBOSE | re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Token:
    """`kind` is string, char, word or sign; the text of a string is its value, without quotes and escapes."""
    kind: str
    text: str
    line: int


def _unescape(literal):
    try:
        return ast.literal_eval(literal)
    except (SyntaxError, ValueError):
        return literal[1:-1]


def tokens(text):
    """The tokens of C++ text without comments and preprocessor lines; adjacent string literals are one."""
    # A directive with its continuations becomes as many empty lines.
    text = re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda found: "\n" * found[0].count("\n"), text, flags=re.MULTILINE)
    found, line = [], 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup if match.lastgroup not in ("tag", "body") else "raw"
        if match["raw"]:
            kind, value = "string", match["body"]
        else:
            value = _unescape(match[0]) if kind == "string" else match[0]
        if kind == "string" and found and found[-1].kind == "string":
            found[-1] = dataclasses.replace(found[-1], text=found[-1].text + value)
        elif kind != "space":
            found.append(Token(kind, value, line))
        line += match[0].count("\n")
    return found


def statements(text):
    """Lists of tokens, cut at `;`, `{` and `}`, none of them empty."""
    current = []
    for token in tokens(text):
        if token.kind == "sign" and token.text in ";{}":
            if current:
                yield current
            current = []
        else:
            current.append(token)
    if current:
        yield current


def sources(root=ROOT, folders=FOLDERS):
    """The C++ files of the tree, sorted."""
    return sorted(path for folder in folders for path in (root / folder).rglob("*") if path.suffix in (".cpp", ".h"))


_ALIAS = re.compile(r"\busing\s+(\w+)\s*=\s*(?:\w+::)*(\w+)<")
_CLASS = re.compile(r"\b(?:struct|class)\s+(\w+)(?:\s+final)?\s*:\s*(?:public\s+)?((?:\w+::)*\w+)")


def _strip(text):
    """C++ text without comments."""
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)


def _arguments(text, start):
    """The unqualified class names in the template arguments that begin at text[start], after the `<`."""
    depth, names, current = 1, [], ""
    for letter in text[start:]:
        if depth == 1 and letter in ",>":
            names.append(current.strip().split("::")[-1])
            current = ""
        if letter == "<":
            depth += 1
        elif letter == ">":
            depth -= 1
            if depth == 0:
                break
        elif depth == 1 and letter != ",":
            current += letter
    return [name for name in names if name]


@dataclasses.dataclass
class Patterns:
    """`added`: {class name: file} of the patterns given to addPatterns. `faults`: patterns that escape it, as text."""
    added: dict
    faults: list


def rewrite_patterns(root=ROOT, folders=("dialects", "lib")):
    """The rewrite patterns of the tree, see Patterns. A pattern is a class with ...Pattern among its ancestors."""
    texts = {path: _strip(path.read_text()) for path in sources(root, folders)}
    bases = {}  # class -> (base, file)
    for path, text in texts.items():
        bases.update({name: (base.split("::")[-1], path) for name, base in _CLASS.findall(text)})

    def is_pattern(name):
        for _ in range(len(bases)):  # no cycle is longer
            if name.endswith("Pattern") and name not in bases:
                return True
            name = bases.get(name, ("",))[0]
        return False

    classes = {name for name in bases if is_pattern(name)}
    added, faults = {}, []
    for path, text in texts.items():
        where, aliases = path.relative_to(root), dict(_ALIAS.findall(text))
        for match in re.finditer(r"\baddPatterns<", text):
            added.update({aliases.get(name, name): where for name in _arguments(text, match.end())})
        for match in re.finditer(r"\.(?:add|insert)<", text):
            escaped = sorted(classes & set(_arguments(text, match.end())))
            faults += [f"{where}: {name} is added without addPatterns" for name in escaped]
    unused = classes - set(added) - {base for base, _ in bases.values()}
    faults += [f"{bases[name][1].relative_to(root)}: {name} is never added" for name in sorted(unused)
               if not any(f": {name} is added" in fault for fault in faults)]
    # PatternSwitch.h's own template parameter, and names that are parameters of another template.
    return Patterns({name: where for name, where in sorted(added.items()) if name in classes}, faults)
