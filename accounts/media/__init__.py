"""Pictures: decoded from outside, made small and safe, and QR codes. No models.

`picture_decoding` is pure, without Django: connectors decode with it, too.
"""
