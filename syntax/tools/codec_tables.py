"""Write `src/codecs/tables.rs` from the codecs of the CPython that runs this.

    cargo run --example multibyte_tables | python3.14 tools/codec_tables.py > src/codecs/tables.rs
"""

import codecs
import collections
import encodings
import encodings.aliases
import pkgutil
import sys

MULTIBYTE = {
    "gbk": "gbk", "gb2312": "gbk", "gb18030": "gb18030", "big5": "big5", "cp950": "big5",
    "big5hkscs": "big5", "euc_jp": "euc-jp", "shift_jis": "shift_jis", "cp932": "shift_jis",
    "euc_kr": "euc-kr", "cp949": "euc-kr",
}


def modules():
    names = [module.name for module in pkgutil.iter_modules(encodings.__path__)]
    for name in sorted(names):
        try:
            yield name, codecs.lookup(name)
        except LookupError:
            pass


def single_byte(name):
    """The characters of all bytes (None: undefined), if each byte is a character of its own."""
    table = []
    for byte in range(256):
        try:
            text = bytes([byte]).decode(name)
        except UnicodeDecodeError as error:
            if "undefined" not in error.reason and "ordinal" not in error.reason:
                return None
            text = None
        except (UnicodeError, LookupError, ValueError):
            return None
        if text is not None and len(text) != 1:
            return None
        table.append(text)
    two = next(c for c in range(255) if table[c] and table[c + 1])
    if bytes([two, two + 1]).decode(name) != table[two] + table[two + 1]:
        return None
    if name in ("punycode", "raw_unicode_escape", "unicode_escape", "idna", "charmap"):
        return None
    return table


def escaped(text):
    return "\\u{fffe}" if text is None else "\\u{%x}" % ord(text)


def read_base():
    base = collections.defaultdict(dict)
    for line in sys.stdin:
        label, key, points = line.split()
        base[label][key] = "".join(chr(int(point, 16)) for point in points.split("_"))
    return base


def decoded(name, key):
    try:
        return bytes.fromhex(key).decode(name)
    except UnicodeDecodeError:
        return None


def all_keys(name, base):
    keys = set(base) | {"%02x" % byte for byte in range(256)}
    single = {key for key in keys if len(key) == 2 and decoded(name, key) is not None}
    for lead in range(128, 256):
        if "%02x" % lead not in single:
            keys.update("%02x%02x" % (lead, trail) for trail in range(256))
    if name == "euc_jp":
        keys.update("8f%02x%02x" % (a, b) for a in range(128, 256) for b in range(256))
    return sorted(keys, key=lambda key: (len(key), key))


def exceptions(name, base):
    """Runs of sequences that CPython refuses, and those it maps otherwise."""
    refused, mapped, run = [], [], None
    for key in all_keys(name, base):
        ours, theirs = base.get(key), decoded(name, key)
        if ours is not None and theirs is None:
            if run and len(run[0]) == len(key):
                run[1] = key
            else:
                run = [key, key]
                refused.append(run)
            continue
        if ours is not None:
            run = None
        if ours != theirs:
            mapped.append((key, theirs))
    return refused, mapped


def string(text):
    return '"' + "".join("\\u{%x}" % ord(character) for character in text) + '"'


def number(key):
    return "0x" + (key if len(key) <= 4 else key[:-4] + "_" + key[-4:])


def main():
    base = read_base()
    out = print
    out("//! Codec tables and names of CPython %s. Made by `tools/codec_tables.py`." % sys.version.split()[0])
    out("//!")
    out("//! Invariant: sorted by name, so that they can be searched.")
    out()
    out("use super::multibyte::MultibyteTable;")
    out()
    names = dict(modules())
    tables = {name: table for name in names if (table := single_byte(name))}
    out("/// Codecs of one byte a character: the character of each byte; U+FFFE for none. The first 128 are")
    out("/// left out where they are ASCII.")
    out("pub(super) const SINGLE_BYTE: &[(&str, &str)] = &[")
    for name, table in tables.items():
        ascii = table[:128] == [chr(byte) for byte in range(128)]
        out('    ("%s", "%s"),' % (name, "".join(map(escaped, table[128 * ascii:]))))
    out("];")
    out()
    out("/// Codecs of several bytes a character: how they differ from a decoder of `encoding_rs`.")
    out("pub(super) const MULTIBYTE: &[MultibyteTable] = &[")
    for name, label in sorted(MULTIBYTE.items()):
        refused, mapped = exceptions(name, base[label])
        out('    MultibyteTable {')
        out('        name: "%s",' % name)
        out('        base: "%s",' % label)
        out("        refused: &[")
        for first, last in refused:
            out("            (%s, %s)," % (number(first), number(last)))
        out("        ],")
        out("        mapped: &[")
        for key, text in mapped:
            out("            (%s, %s)," % (number(key), string(text)))
        out("        ],")
        out("    },")
    out("];")
    out()
    out("/// Modules of the `encodings` package, and whether they are text encodings.")
    out("pub(super) const MODULES: &[(&str, bool)] = &[")
    for name, info in names.items():
        out('    ("%s", %s),' % (name, "true" if info._is_text_encoding else "false"))
    out("];")
    out()
    out("/// `encodings.aliases.aliases`.")
    out("pub(super) const ALIASES: &[(&str, &str)] = &[")
    for alias, name in sorted(encodings.aliases.aliases.items()):
        out('    ("%s", "%s"),' % (alias, name))
    out("];")


main()
