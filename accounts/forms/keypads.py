"""What makes a keypad begin in kana or in letters.

Three generations of handsets read three different attributes: docomo's and au's `istyle`,
SoftBank's `mode`, today's browsers' `inputmode` and `autocapitalize`.
"""

KANA = {"istyle": "1", "mode": "hiragana"}
NAME = {"istyle": "3", "mode": "alphabet", "autocapitalize": "none"}  # behind the @
