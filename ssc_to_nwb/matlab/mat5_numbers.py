"""The numbers that format 5 has for types of elements and classes of arrays."""

from __future__ import annotations

MI_INT8, MI_INT32, MI_UINT32, MI_DOUBLE, MI_MATRIX, MI_COMPRESSED = 1, 5, 6, 9, 14, 15
MI_UTF8, MI_UTF16, MI_UTF32 = 16, 17, 18
# numpy's type of the numbers of an element, by the number of its type.
NUMBER_TYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}

MX_CELL, MX_STRUCT, MX_OBJECT, MX_CHAR, MX_SPARSE, MX_FUNCTION, MX_OPAQUE = 1, 2, 3, 4, 5, 16, 17
# numpy's type of the numbers of an array, by the number of its class.
NUMBER_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
LOGICAL_FLAG, COMPLEX_FLAG = 0x0200, 0x0800

HEADER_BYTES = 128
