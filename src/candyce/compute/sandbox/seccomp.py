"""The system calls that a sandboxed process is refused, as a program for the kernel (seccomp, BPF).

Bubblewrap hides files, processes and the network. This takes away what is left and not needed: new processes
(threads stay: Node has some), other processes' memory, limits and priorities, signals to them, kernel interfaces
with a history of holes.
A refused call answers EPERM, or does nothing (``MARKING``); ``clone3`` answers ENOSYS, after which the C library uses ``clone``, whose
flags a filter can read. Numbers: the kernel's tables for each machine.
"""

from __future__ import annotations

import platform
import struct

EPERM, ENOSYS = 1, 38
CLONE_THREAD = 0x00010000
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
LOAD, EQUAL, ANY_BIT, RETURN, AT_LEAST = 0x20, 0x15, 0x45, 0x06, 0x35

# name: (x86_64, aarch64); None where the machine has no such call
CALLS: dict[str, tuple[int | None, int | None]] = {
    "fork": (57, None), "vfork": (58, None), "ptrace": (101, 117), "socket": (41, 198),
    "socketpair": (53, 199), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268), "kexec_load": (246, 104),
    "init_module": (175, 105), "finit_module": (313, 273), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "memfd_create": (319, 279), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "quotactl": (179, 60), "acct": (163, 89), "swapon": (167, 224), "reboot": (169, 142),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "fsopen": (430, 430),
    "move_mount": (429, 429), "open_tree": (428, 428), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "move_pages": (279, 239), "migrate_pages": (256, 238), "kcmp": (312, 272),
    "get_robust_list": (274, 100), "sched_setaffinity": (203, 122), "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119), "sched_setattr": (314, 274), "setpriority": (141, 140),
    "ioprio_set": (251, 30), "mq_open": (240, 180), "fanotify_init": (300, 262),
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424),
}  # fmt: skip
# What changes the properties of a file, also of one that all copies see (a device), read-only or not. These answer that it
# is done, as who copies a file asks for them.
MARKING: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "utimensat": (280, 88), "futimesat": (261, None),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip
PRLIMIT = (302, 261)
DIVIDING = {"fork", "kill"}  # what the process may that is divided for each copy
MACHINES = {"x86_64": (0, 0xC000003E, 56), "aarch64": (1, 0xC00000B7, 220)}
CLONE3 = 435


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def make_filter(machine: str | None = None, *, divides: bool = False) -> bytes | None:
    """The program for this machine; None where its numbers are not known.

    ``divides``: for the process that runs no pupil's code, and is divided for each copy.
    """
    found = MACHINES.get(machine or platform.machine())
    if found is None:
        return None
    column, architecture, clone = found
    program = [
        _step(LOAD, 4),  # struct seccomp_data: architecture
        _step(EQUAL, architecture, yes=1),
        _step(RETURN, KILL),
        _step(LOAD, 0),  # the call's number
    ]
    if column == 0:  # the x32 numbers are another door to the same calls
        program += [_step(AT_LEAST, 0x40000000, no=1), _step(RETURN, ERRNO | EPERM)]
    program += [_step(EQUAL, CLONE3, no=1), _step(RETURN, ERRNO | ENOSYS)]
    for name, numbers in CALLS.items():
        number = numbers[column]
        if number is not None and not (divides and name in DIVIDING):
            program += [_step(EQUAL, number, no=1), _step(RETURN, ERRNO | EPERM)]
    for numbers in MARKING.values():
        number = numbers[column]
        if number is not None:
            program += [_step(EQUAL, number, no=1), _step(RETURN, ERRNO)]
    program += [
        _step(EQUAL, PRLIMIT[column], no=3),
        _step(LOAD, 16),  # its first argument, low half: whose limits, 0 for one's own
        _step(EQUAL, 0, yes=1),
        _step(RETURN, ERRNO | EPERM),
    ]
    if not divides:
        program += [
            _step(LOAD, 0),
            _step(EQUAL, clone, no=3),
            _step(LOAD, 16),  # the flags
            _step(ANY_BIT, CLONE_THREAD, yes=1),
            _step(RETURN, ERRNO | EPERM),
        ]
    program.append(_step(RETURN, ALLOW))
    return b"".join(program)
