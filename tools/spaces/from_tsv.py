#!/usr/bin/env python3
"""Writes spaces/surge-simple.toml and spaces/surge-full.toml.

    from_tsv.py SHARED_SURGE_FOLDER SPACES_FOLDER

SHARED_SURGE_FOLDER holds the two parameter spaces of the published inversion benchmark (arXiv 2506.07199) as
space-simple.tsv and space-full.tsv, and the presets that they start from as base-simple.vstpreset and
base-full.vstpreset. Ranges, weights and constants are taken over; sections, symmetries and addresses are
worked out here; of the base presets, what differs from Surge's built-in defaults is written down as data.
Standard library only.
"""

import csv
import pathlib
import re
import sys
from xml.etree import ElementTree

CLASS_ID = "ABCDEF019182FAEB566D624153675854"

TITLES = {
    "simple": ("surge-simple", "Surge XT, simple space",
               "The 89-parameter space of the Surge XT inversion benchmark (arXiv 2506.07199): "
               "three oscillators, two filters, six LFOs with fixed targets, no effects"),
    "full": ("surge-full", "Surge XT, full space",
             "The 162-parameter space of the Surge XT inversion benchmark (arXiv 2506.07199): "
             "types, routing, FM, ring modulation and three effects as well"),
}

# In the order in which a person would dial a sound in. A parameter belongs to the first section whose
# pattern its key matches in full; group 1 of the pattern is what its name is made of.
SECTIONS = [
    *[(f"osc_{n}", f"Oscillator {n}", rf"a_osc_{n}_(?!volume|mute|route)(.*)") for n in (1, 2, 3)],
    ("osc_common", "Oscillators, common", r"a_(osc_drift|fm_.*)"),
    ("mixer", "Mixer", r"a_((?:osc_\d|noise|ring_modulation_\dx\d)_.*)"),
    *[(f"filter_{n}", f"Filter {n}", rf"a_filter_{n}_(.*)") for n in (1, 2)],
    ("filter_common", "Filters, common",
     r"a_(feedback|filter_balance|filter_configuration|highpass|waveshaper_.*)"),
    ("filter_envelope", "Filter envelope", r"a_filter_eg_(.*)"),
    ("amp_envelope", "Amp envelope", r"a_amp_eg_(.*)"),
    *[(f"lfo_{n}", f"LFO {n}", rf"a_lfo_{n}_(.*)") for n in range(1, 7)],
    ("output", "Output", r"a_(vca_gain|pan|width)"),
    ("fx_a1", "Effect A1: chorus", r"fx_a1_(.*)"),
    ("fx_a2", "Effect A2: delay", r"fx_a2_(.*)"),
    ("fx_a3", "Effect A3: reverb", r"fx_a3_(.*)"),
]

# What one preset takes of another where two are crossed: the keys stand for whole parts of a Surge patch
# (preset/surge/sections.h); the patterns say which of the space's sections lie in them.
CROSSINGS = [
    ("oscillators", "oscillators", r"osc_\w+|mixer"),
    ("filters", "filters", r"filter_(\d|common)"),
    ("envelopes", "envelopes", r"(filter|amp)_envelope"),
    ("modulation", "modulation", r"lfo_\d"),
    ("effects", "effects", r"fx_\w+"),
]

# Within a section: these first, in this order, then the rest as the benchmark has it.
FIRST = ["type", "configuration", "octave", "pitch", "sawtooth", "pulse", "triangle", "width", "sync",
         "cutoff", "resonance", "feg_mod_amount", "attack", "decay", "sustain", "release", "rate",
         "amplitude"]

# What the LFOs of the base presets modulate; their titles say so.
LFO_TARGETS = {1: "filter 1 cutoff", 2: "filter 2 cutoff", 3: "oscillator 1 width", 4: "oscillator 2 width",
               5: "oscillator 3 width", 6: "pitch"}

# Surge's own name of a parameter in patches, which is its JUCE id as well, by the name that a host sees
# when the plug-in has just been loaded (oscillators are of the type "classic" then).
STORAGE = [
    (r"a_osc_(\d)_shape", r"a_osc\1_param0"),
    (r"a_osc_(\d)_width_1", r"a_osc\1_param1"),
    (r"a_osc_(\d)_width_2", r"a_osc\1_param2"),
    (r"a_osc_(\d)_sub_mix", r"a_osc\1_param3"),
    (r"a_osc_(\d)_sync", r"a_osc\1_param4"),
    (r"a_osc_(\d)_unison_detune", r"a_osc\1_param5"),
    (r"a_osc_(\d)_unison_voices", r"a_osc\1_param6"),
    (r"a_osc_(\d)_volume", r"a_level_o\1"),
    (r"a_osc_(\d)_(mute|route)", r"a_\2_o\1"),
    (r"a_osc_(\d)_(octave|pitch)", r"a_osc\1_\2"),
    (r"a_osc_drift", "a_drift"),
    (r"a_fm_routing", "a_fm_switch"),
    (r"a_fm_depth", "a_fm_depth"),
    (r"a_noise_color", "a_noisecol"),
    (r"a_noise_volume", "a_level_noise"),
    (r"a_noise_(mute|route)", r"a_\1_noise"),
    (r"a_ring_modulation_(\d)x(\d)_volume", r"a_level_ring\1\2"),
    (r"a_ring_modulation_(\d)x(\d)_(mute|route)", r"a_\3_ring\1\2"),
    (r"a_filter_(\d)_feg_mod_amount", r"a_filter\1_envmod"),
    (r"a_filter_(\d)_(type|cutoff|resonance)", r"a_filter\1_\2"),
    (r"a_filter_balance", "a_f_balance"),
    (r"a_filter_configuration", "a_fb_config"),
    (r"a_feedback", "a_feedback"),
    (r"a_highpass", "a_lowcut"),
    (r"a_waveshaper_(type|drive)", r"a_ws_\1"),
    (r"a_amp_eg_envelope_mode", "a_env1_mode"),
    (r"a_amp_eg_(\w+)", r"a_env1_\1"),
    (r"a_filter_eg_envelope_mode", "a_env2_mode"),
    (r"a_filter_eg_(\w+)", r"a_env2_\1"),
    (r"a_pan", "a_pan"),
    (r"a_width", "a_pan2"),
    (r"a_vca_gain", "a_vca_level"),
    (r"a_lfo_(\d)_(\w+)", lambda m: f"a_lfo{int(m[1]) - 1}_{LFO_FIELDS.get(m[2], m[2])}"),
    (r"fx_(a\d)_param_(\d+)", lambda m: f"{FX_SLOTS[m[1]]}_p{int(m[2]) - 1}"),
]
LFO_FIELDS = {"type": "shape", "amplitude": "magnitude"}
FX_SLOTS = {"a1": "fx1", "a2": "fx2", "a3": "fx9"}  # slots are numbered in the order in which they came to be

# The bases leave scene B at Surge's initial patch. What Surge XT 1.4 makes of a parameter that a patch does
# not mention is the same, but for these attributes (None: absent), as reading its state back shows.
NOT_INITIAL = [
    (r"osc1_param1", {"extend_range": None}),
    (r"drift", {"extend_range": "0"}),
    (r"fb_config", {"value": "0"}),
    (r"lfo\d+_delay", {"deactivated": "1"}),
]


def juce_hash(text):
    """JUCE's String::hashCode without its sign, which is what its VST3 wrapper takes for a ParamID."""
    code = 0
    for character in text:
        code = (31 * code + ord(character)) & 0xFFFFFFFF
    return code & 0x7FFFFFFF


def storage_name(host_name):
    for pattern, replacement in STORAGE:
        match = re.fullmatch(pattern, host_name)
        if match:
            return replacement(match) if callable(replacement) else match.expand(replacement)
    raise SystemExit(f"no Surge name is known for {host_name}")


def section_of(row):
    for key, title, pattern in SECTIONS:
        match = re.fullmatch(pattern, row["name"])
        if match:
            return key, match[1]
    raise SystemExit(f"no section fits {row['name']}")


def place(row):
    """Where a parameter stands among all others, for sorting."""
    section, name = section_of(row)
    effect = section.startswith("fx_")  # their parameters are in the order of the panel as they are
    rank = FIRST.index(name) if name in FIRST and not effect else len(FIRST)
    return [key for key, _, _ in SECTIONS].index(section), rank


def readable(name):
    name = name.replace("_", " ")
    for old, new in (("feg mod amount", "envelope amount"), ("ring modulation", "ring"), ("fm ", "FM "),
                     ("eq ", "EQ "), ("lf ", "low "), ("hf ", "high "), ("vca ", "VCA "),
                     ("pre delay pre delay", "pre-delay")):
        name = name.replace(old, new)
    return name[0].upper() + name[1:]


def number(text):
    return repr(float(text))


def choice(text):
    label, rest = text.rsplit("=", 1)
    value, weight = rest.split(":")
    label = {"False": "Off", "True": "On"}.get(label, re.sub(r"^(-?\d)\.0$", r"\1", label))
    return f'{{label="{label}", value={number(value)}, weight={number(weight)}}}'


def parameter(row):
    section, name = section_of(row)
    key = row["host_name"]
    lines = ["[[parameter]]", f'key = "{key}"', f'id = "{juce_hash(storage_name(key))}"',
             f'name = "{readable(name)}"', f'section = "{section}"', f'kind = "{row["kind"]}"']
    if row["kind"] == "categorical":
        lines += ["choices = [", *[f"  {choice(text)}," for text in row["choices"].split("|")], "]"]
    else:
        lines += [f'min = {number(row["min"])}', f'max = {number(row["max"])}']
        if float(row["constant_p"]) > 0:
            lines += [f'constant = {number(row["constant"])}',
                      f'constant_probability = {number(row["constant_p"])}']
    return "\n".join(lines)


def oscillator_group(keys, n):
    """Everything that belongs to oscillator n, and the LFO that modulates its width."""
    return [key for key in keys if key.startswith((f"a_osc_{n}_", f"a_lfo_{n + 2}_"))]


def symmetry(keys, space):
    groups = [oscillator_group(keys, n) for n in (1, 2, 3)]
    assert len({len(group) for group in groups}) == 1
    lines = []
    if space == "full":
        lines += ["# Exact where FM is off and both ring modulators are muted."]
    lines += ["[[symmetry]]", 'name = "oscillators"', "members = ["]
    for group in groups:
        lines += ["  [" + ", ".join(f'"{key}"' for key in group) + "],"]
    return "\n".join(lines + ["]"])


def lfos(keys):
    """Surge's LFO rates are 2^-7 to 2^9 Hz (ct_lforate in its Parameter.cpp)."""
    tables = []
    for key in keys:
        if found := re.fullmatch(r"(a_lfo_\d)_rate", key):
            tables.append(f'[[lfo]]\nrate = "{key}"\nhertz = "2^(16 * x - 7)"\ndepths = ["{found[1]}_amplitude"]')
    return tables


def base_patch(path):
    data = path.read_bytes()
    begin = data.index(b"<?xml")
    return ElementTree.fromstring(data[begin:data.index(b"</patch>", begin) + len(b"</patch>")])


def built_in(tag, by_tag):
    """The attributes of a parameter of scene A that a patch does not mention; None for all others."""
    if not tag.startswith("a_"):
        return None
    attributes = dict(by_tag["b_" + tag[2:]].attrib)
    for pattern, changes in NOT_INITIAL:
        if re.fullmatch(pattern, tag[2:]):
            attributes.update(changes)
    return {name: value for name, value in attributes.items() if value is not None}


def raw_rows(parameters):
    """What differs from Surge's built-in defaults, and all of the globals and effects. Scene B is left out:
    the bases play scene A alone."""
    by_tag = {element.tag: element for element in parameters}
    rows = []
    for element in parameters:
        if element.tag.startswith("b_") or built_in(element.tag, by_tag) == element.attrib:
            continue
        attributes = ", ".join(f"{name} = {plain(value)}" for name, value in element.attrib.items())
        rows.append(f'  {{ element = "{element.tag}", {attributes} }},')
    return rows


def plain(text):
    """A number without more decimals than a float has, and without those that are zero."""
    return f"{float(text):.9g}"


def base(root):
    parameters = root.find("parameters")
    lines = ["# Written into a patch that holds nothing, so that the base does not depend on what a user has",
             "# made the initial patch. Values are raw, in Surge's own units (patch revision 24).",
             "[base]", "raw = [", *raw_rows(parameters), "]", ""]
    for element in parameters:
        for routing in element.findall("modrouting"):
            lines += ["[[base.modulation]]", f'element = "{element.tag}"',
                      f'source = {int(routing.get("source"))}',
                      f'depth = {number(routing.get("depth"))}', ""]
    return "\n".join(lines)


def write_space(shared, folder, space):
    with open(shared / f"space-{space}.tsv", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    rows.sort(key=place)
    keys = [row["host_name"] for row in rows]
    ids = {juce_hash(storage_name(key)) for key in keys}
    assert len(ids) == len(keys)
    used = {section_of(row)[0] for row in rows}
    name, title, description = TITLES[space]
    parts = [
        "# Written by tools/spaces/from_tsv.py: change it there.\n"
        "# Ranges, weights and constants are those of the published benchmark (arXiv 2506.07199).",
        f'format = 1\nname = "{name}"\ntitle = "{title}"\ndescription = "{description}"',
        f'[synth]\nformat = "VST3"\nid = "{CLASS_ID}"\nname = "Surge XT"\nfxp = "cjs3"\n'
        f'install = "install Surge XT from https://surge-synthesizer.github.io"  # what `patchpilot doctor` says '
        f'where the plug-in is missing',
    ]
    for key, section_title, _ in SECTIONS:
        if key in used:
            number_of_lfo = re.fullmatch(r"lfo_(\d)", key)
            target = f" to {LFO_TARGETS[int(number_of_lfo[1])]}" if number_of_lfo else ""
            parts.append(f'[[section]]\nkey = "{key}"\ntitle = "{section_title}{target}"')
    for key, crossing_title, pattern in CROSSINGS:
        held = [f'"{section}"' for section, _, _ in SECTIONS if section in used and re.fullmatch(pattern, section)]
        parts.append(f'[[crossing]]\nkey = "{key}"\ntitle = "{crossing_title}"\nsections = [{", ".join(held)}]')
    parts += [parameter(row) for row in rows]
    parts.append(symmetry(keys, space))
    parts += lfos(keys)
    parts.append(base(base_patch(shared / f"base-{space}.vstpreset")))
    (folder / f"{name}.toml").write_text("\n\n".join(parts).rstrip() + "\n")


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    shared, folder = map(pathlib.Path, sys.argv[1:])
    for space in TITLES:
        write_space(shared, folder, space)


if __name__ == "__main__":
    main()
