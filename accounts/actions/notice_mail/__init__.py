"""Mails about notices, from the member's choices to the mail server.

`schedule` decides when a notice is mailed, `claims` takes what is due as a row of NoticeMail, `composing`
writes it, `transport` hands it over, `sending` does one after the other, `bounces` hears what came back.
"""
