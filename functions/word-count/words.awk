# An awk that knows no UTF-8 counts bytes; there, the bytes 0x80 to 0xBF that continue a character do not count.
BEGIN { bytewise = length("\303\251") == 2 }

{
  words += NF
  characters += length($0)
  if (bytewise) characters -= gsub("[\200-\277]", "")
}

END { printf "{\"lines\":%d,\"words\":%d,\"characters\":%d}\n", NR, words, characters }
