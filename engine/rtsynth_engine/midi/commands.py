"""What has no channel message of its own: events of status COMMAND, which system exclusives and hosts become.

`data1` is the command, `data2` an index, `value` a number.
"""

COMMAND = 0xF0

TUNE_TABLE = 1  # value: number of the table that the next TUNE_KEYs write; data2 1: sounding notes follow
TUNE_KEY = 2  # data2: key; value: its pitch in semitones, 69 is 440 Hz; not a number: silent
OCTAVE_CHANNELS = 3  # value: mask of the channels that the next OCTAVEs tune; data2 as above
OCTAVE = 4  # data2: pitch class; value: cents
MASTER_VOLUME = 5  # value: 0 … 1
MASTER_FINE = 6  # value: cents
MASTER_COARSE = 7  # value: semitones
RESET = 8  # data2: GM, GM2, GS or XG
IDENTITY = 9  # somebody asks who we are
PORT_GONE = 10  # keys and pedals of the port go up
COUNT = 11  # data2: what was wrong with the bytes
PANIC = 12
KNOB = 13  # data2: which; value: -1 … 1
SELECT = 14  # value: program that every channel of every port plays from now on

GM, GM2, GS, XG = range(4)
STRAY, DROPPED, CHECKSUM, TRUNCATED = range(4)
