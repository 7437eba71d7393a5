"""Words that carry little (stop words) and words that make people stop and listen (hooks).

Small hand-made lists for English, German, French, Spanish, Dutch, Italian and Portuguese, folded as
`core.text.fold` folds; a language without a list simply brings no hooks.
"""

_STOP_WORDS = """
a about after again all also am an and any are as at be because been before being but by can could
did do does doing don't down for from get go going gonna got had has have he her here hers him his
how i i'm i've if in into is it it's its just know let let's like me more most my no not now of off
on once only or other our out over own really same she should so some such than that that's the
their them then there there's these they this those through to too uh um under until up us very was
we we're well were what when where which while who why will with would yeah you you're your aber
alle als also am an auch auf aus bei bin bis da dann das dass dem den der des die dir doch du ein
eine einem einen einer er es euch fur hat hatte ich ihr im in ist ja kann man mein mich mir mit nach
nicht noch nur oder schon sein sich sie sind so uber um und uns vom von vor war was wenn wer wie wir
wird zu zum zur au aux avec ce ces cet cette dans de des donc du elle en est et il ils j'ai je la le
les leur lui ma mais me mes moi mon ne nous on ou par pas plus pour qu que qui sa se ses son sont
sur ta te tes tu un une vos votre vous al algo como con cuando del el ella ellos era eres es esa ese
eso esta este esto hay las lo los mas mi muy nos o para pero por porque que se ser si sin sobre su
sus tambien tiene todo una uno y ya yo aan als bij dan dat de deze die dit door een en er geen had
heb heeft het hij hoe ik in is je kan maar me meer met mij naar niet nog nu of om ons ook op over te
toch uit van veel voor was wat we wel wij ze zich zij zijn zo anche che chi ci come con cosa da dei
del della di e gli ha ho il io le lei loro lui ma mi nel nella non per piu questa questo se si sono
sua suo ti tra tu un una ao as com da das dele do dos e ela ele em essa esse eu foi isso ja mais mas
meu minha na nao nas no nos os para pela pelo por que se sem seu sua tem um uma voce
"""

_HOOKS = """
secret secrets never nobody everyone mistake mistakes wrong truth why how stop warning crazy insane
shocking unbelievable incredible amazing surprising surprised impossible best worst biggest fastest
free hack trick simple easily instantly imagine listen watch wait guess proof proven exposed hidden
finally first only money win won lose lost love hate fear dangerous danger kill killed dead broke
changed forever remember nobody's reason problem geheimnis niemand fehler falsch wahrheit warum
stopp achtung verruckt unglaublich unmoglich beste schlimmste kostenlos einfach sofort stell endlich
gefahr geld gewonnen verloren problem grund secret jamais personne erreur faux verite pourquoi stop
attention fou incroyable impossible meilleur pire gratuit facile enfin danger argent gagne perdu
probleme raison secreto nunca nadie error verdad porque alto cuidado loco increible imposible mejor
peor gratis facil por fin peligro dinero ganar perder problema razon geheim nooit niemand fout
waarheid waarom pas gek ongelooflijk onmogelijk slechtste gratis makkelijk eindelijk gevaar geld
gewonnen verloren probleem reden segreto mai nessuno errore verita perche attenzione pazzo
incredibile impossibile migliore peggiore gratis facile finalmente pericolo soldi vinto perso
problema segredo ninguem erro verdade cuidado louco incrivel impossivel melhor pior gratis facil
finalmente perigo dinheiro
"""

_EMPHASIS = """
absolutely always amazing best biggest completely definitely every everything exactly extremely
finally goal huge important incredible key literally massive most must never perfect result scored
totally wow yes win winner absolut immer beste endlich extrem genau perfekt riesig toll tor
unglaublich wichtig absolument but enfin enorme exactement extremement important incroyable meilleur
parfait toujours absolutamente enorme exactamente gol importante increible mejor perfecto siempre
absoluut altijd belangrijk beste eindelijk enorm perfect precies
"""

STOP_WORDS = frozenset(_STOP_WORDS.split())
HOOKS = frozenset(_HOOKS.split()) - {"por", "fin", "pas"}
EMPHASIS = frozenset(_EMPHASIS.split()) - {"but"}
_NUMBER_WORDS = """
zero two three four five six seven eight nine ten twenty thirty fifty hundred thousand million
billion percent zwei drei vier funf zehn hundert tausend prozent deux trois quatre cinq dix cent
mille pourcent dos tres cuatro cinco diez cien mil ciento twee vijf tien honderd duizend procent
"""
NUMBER_WORDS = frozenset(_NUMBER_WORDS.split())
