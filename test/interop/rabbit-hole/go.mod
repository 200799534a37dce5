module leveret.test/rabbit-hole

go 1.19

require github.com/michaelklishin/rabbit-hole/v3 v3.5.0
