"""The one thing that Node cannot do: divide in two (``fork``). Made here as a library that Node loads.

A process that is started once and divided for each copy spares nine tenths of the work of starting. Node has
no such call and a compiler cannot be asked of a school's server, so these are the 210 bytes that one would
make of the C below, in the smallest shared library that the loader takes (ELF, x86-64).

    napi_value napi_register_module_v1(napi_env env, napi_value exports) {
        madvise(0x10000, 0x7ffffffe0000, MADV_DOFORK);  // V8 asks that its memory be left out
        wait4(-1, NULL, WNOHANG, NULL);                 // the one before
        int pid = fork();
        if (pid == 0) {
            uv_loop_t *loop;
            for (int n = 0; n < 64; n++) dup2(2, n);    // /dev/null: no descriptor is shared
            napi_get_uv_event_loop(env, &loop);
            uv_loop_fork(loop);                         // its own again, at the same numbers
            struct sock_fprog strict = {count, filter};
            if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &strict, 0, 0)) exit_group(1);
        }
        napi_value result;
        napi_create_int32(env, pid, &result);
        return result;                                  // becomes the module's exports
    }

The child has one thread only, so Node must run with ``--single-threaded``.
"""

from __future__ import annotations

import platform
import struct

TEXT, FILTER, DATA = 0x400, 0x500, 0x1000  # places in the file and in memory
IMPORTS = ("fork", "napi_create_int32", "napi_get_uv_event_loop", "uv_loop_fork")
INIT = "napi_register_module_v1"
DYNAMIC = DATA + 8 * len(IMPORTS)

# Each line: its bytes, and what its last four (a distance from the line's end) point at.
CODE: tuple[tuple[str, int | None], ...] = (
    ("53 4883ec20 4889fb", None),  # push rbx; sub rsp, 32; mov rbx, rdi (env)
    ("bf00000100 48be0000feffff7f0000", None),  # mov edi, 0x10000; mov rsi, 0x7ffffffe0000
    ("ba0b000000 b81c000000 0f05", None),  # mov edx, MADV_DOFORK; mov eax, madvise; syscall
    ("48c7c7ffffffff 31f6", None),  # mov rdi, -1; xor esi, esi
    ("ba01000000 4531d2", None),  # mov edx, WNOHANG; xor r10d, r10d
    ("b83d000000 0f05", None),  # mov eax, wait4; syscall
    ("ff15", DATA),  # call fork
    ("85c0 7572", None),  # test eax, eax; jne parent
    ("bf02000000 31f6", None),  # mov edi, 2; xor esi, esi
    ("b821000000 0f05", None),  # again: mov eax, dup2; syscall
    ("ffc6 83fe40 72f2", None),  # inc esi; cmp esi, 64; jb again
    ("4889df 488d742408", None),  # mov rdi, rbx; lea rsi, [rsp+8]
    ("ff15", DATA + 16),  # call napi_get_uv_event_loop
    ("488b7c2408", None),  # mov rdi, [rsp+8]
    ("ff15", DATA + 24),  # call uv_loop_fork
    ("0fb705", FILTER),  # movzx eax, word [count]
    ("6689442410", None),  # mov [rsp+16], ax
    ("488d05", FILTER + 8),  # lea rax, [filter]
    ("4889442418 488d542410", None),  # mov [rsp+24], rax; lea rdx, [rsp+16]
    ("bf16000000 be02000000", None),  # mov edi, PR_SET_SECCOMP; mov esi, SECCOMP_MODE_FILTER
    ("4531d2 4531c0", None),  # xor r10d, r10d; xor r8d, r8d
    ("b89d000000 0f05", None),  # mov eax, prctl; syscall
    ("85c0 740c", None),  # test eax, eax; je parent
    ("bf01000000 b8e7000000 0f05", None),  # mov edi, 1; mov eax, exit_group; syscall
    ("4889df 89c6 488d542408", None),  # parent: mov rdi, rbx; mov esi, eax; lea rdx, [rsp+8]
    ("ff15", DATA + 8),  # call napi_create_int32
    ("488b442408 4883c420 5b c3", None),  # mov rax, [rsp+8]; add rsp, 32; pop rbx; ret
)


def make_library(filter_program: bytes, machine: str | None = None) -> bytes | None:
    """The library, whose child falls under this filter; None where the machine is another."""
    if (machine or platform.machine()) != "x86_64":
        return None
    names = b"\0" + b"".join(name.encode() + b"\0" for name in (*IMPORTS, INIT))
    symbols = bytes(24)
    for name in IMPORTS:  # global functions, defined elsewhere
        symbols += struct.pack("<IBBHQQ", names.index(name.encode()), 0x12, 0, 0, 0, 0)
    symbols += struct.pack("<IBBHQQ", names.index(INIT.encode()), 0x12, 0, 1, TEXT, 0x100)
    count = len(IMPORTS) + 2
    # One bucket, through which the loader finds the symbols one after the other.
    table = struct.pack(f"<{3 + count}I", 1, count, count - 1, 0, *range(count - 1))
    fixes = b"".join(  # R_X86_64_GLOB_DAT
        struct.pack("<QQq", DATA + 8 * n, (n + 1) << 32 | 6, 0) for n in range(len(IMPORTS))
    )
    head = 64 + 4 * 56
    at_names = head + len(symbols)
    at_table = at_names + len(names) + (-len(names)) % 8
    at_fixes = at_table + len(table) + (-len(table)) % 8
    places = {
        4: at_table, 5: at_names, 6: head, 10: len(names), 11: 24,
        7: at_fixes, 8: len(fixes), 9: 24, 0: 0,
    }  # fmt: skip
    dynamic = b"".join(struct.pack("<QQ", *pair) for pair in places.items())
    filtered = struct.pack("<Q", len(filter_program) // 8) + filter_program
    whole = bytearray(DYNAMIC) + dynamic
    parts = {
        0: make_header(len(dynamic)), head: symbols, at_names: names, at_table: table,
        at_fixes: fixes, TEXT: assemble(), FILTER: filtered,
    }  # fmt: skip
    for place, part in parts.items():
        whole[place : place + len(part)] = part
    assert at_fixes + len(fixes) <= TEXT
    assert FILTER + len(filtered) <= DATA
    return bytes(whole)


def assemble() -> bytes:
    code = b""
    for text, target in CODE:
        code += bytes.fromhex(text)
        if target is not None:
            code += struct.pack("<i", target - (TEXT + len(code) + 4))
    return code


def make_header(dynamic: int) -> bytes:
    """What the loader reads first: one part that is executed, one that is written, nothing that is both."""
    kind = b"\x7fELF\2\1\1" + bytes(9)
    header = kind + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 4, 64, 0, 0)
    size = DYNAMIC - DATA + dynamic
    for name, flags, start, length, align in (
        (1, 5, 0, DATA, 0x1000),  # PT_LOAD, read and execute
        (1, 6, DATA, size, 0x1000),  # PT_LOAD, read and write
        (2, 6, DYNAMIC, dynamic, 8),  # PT_DYNAMIC
        (0x6474E551, 6, 0, 0, 16),  # PT_GNU_STACK: not executed
    ):
        header += struct.pack("<IIQQQQQQ", name, flags, start, start, start, length, length, align)
    return header
