"""Import of people, classes and enrolments from one table.

``table`` reads the file, ``plan`` says what it would change and changes nothing, ``apply`` does what was
shown, or nothing.
"""
