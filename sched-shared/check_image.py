"""Refuses a payload that could not run at any address, or from pages that can
be executed but not read.

    check_image.py CROSS- image.elf

What it checks: every reference that the linker resolved is relative to pc and
stays in the image, or is a difference of two symbols; no reference from code
reads code; no instruction names gp, tp or a floating-point register.
"""

import re
import subprocess
import sys

RELATIVE_TO_CODE = {
    'R_RISCV_BRANCH', 'R_RISCV_JAL', 'R_RISCV_CALL', 'R_RISCV_CALL_PLT',
    'R_RISCV_RVC_BRANCH', 'R_RISCV_RVC_JUMP',
}
RELATIVE_TO_DATA = {'R_RISCV_PCREL_HI20'}
SECOND_HALVES = {'R_RISCV_PCREL_LO12_I', 'R_RISCV_PCREL_LO12_S'}
NOTHING = {'R_RISCV_NONE', 'R_RISCV_RELAX', 'R_RISCV_ALIGN'}
DIFFERENCES = {'R_RISCV_ADD32', 'R_RISCV_SUB32'}
HEADER_CONSTANTS = {'image_bytes', 'text_offset', 'relocation_bytes', 'address_bytes',
                    'writable_bytes', 'payload_flags'}
RELOCATION = re.compile(r'^[0-9a-f]+\s+[0-9a-f]+\s+(R_\w+)(?:\s+([0-9a-f]+)\s+(\S+))?')
INSTRUCTION = re.compile(r'^\s*[0-9a-f]+:\s+[0-9a-f]+\s+(\S+)\s*([^#<]*)')
FORBIDDEN_REGISTER = re.compile(r'\b(gp|tp|f[ast]\d+)\b')


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def symbols(cross, image):
    table = {}
    for line in run(cross + 'nm', image).splitlines():
        address, _, name = line.split()
        table[name] = int(address, 16)
    return table


def check_relocations(cross, image, start, text, end):
    section = ''
    for line in run(cross + 'readelf', '-r', '-W', image).splitlines():
        if line.startswith('Relocation section'):
            section = line.split("'")[1]
        match = RELOCATION.match(line)
        if not match or section.startswith('.rela.debug'):
            continue
        kind, address, name = match.groups()
        address = int(address, 16) if address else 0
        if kind in NOTHING or kind in SECOND_HALVES:
            continue
        if section == '.rela.constants':
            if kind in DIFFERENCES or name in HEADER_CONSTANTS:
                continue
            yield f'the constants hold an address: {kind} {name}'
        elif kind in RELATIVE_TO_CODE:
            if not text <= address < end:
                yield f'a jump leaves the code: {kind} {name}'
        elif kind in RELATIVE_TO_DATA:
            if not start <= address < text:
                yield f'the code reads outside the constants: {kind} {name}'
        else:
            yield f'the code holds an absolute address: {kind} {name}'


def check_instructions(cross, image):
    for line in run(cross + 'objdump', '-d', '-j', '.text', image).splitlines():
        match = INSTRUCTION.match(line)
        if match and FORBIDDEN_REGISTER.search(match.group(2)):
            yield f'a register that is not the payload\'s: {line.strip()}'


def main():
    cross, image = sys.argv[1:]
    table = symbols(cross, image)
    start = table['payload_header']
    text = start + table['text_offset']
    end = start + table['image_bytes']
    faults = list(check_relocations(cross, image, start, text, end))
    faults += check_instructions(cross, image)
    for fault in faults:
        print(f'{image}: {fault}', file=sys.stderr)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
