"""Arithmetic of training: bf16 where the processor has it, float32 elsewhere."""

from __future__ import annotations

import torch


def autocast(wanted: bool = True) -> torch.autocast:
    """Context of bf16 products, on processors with bf16 instructions alone.

    Without them (AVX2 laptops and servers) bf16 is emulated and about fifteen times slower than float32.
    """
    native: bool = torch.cpu._is_avx512_bf16_supported()
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=wanted and native)
