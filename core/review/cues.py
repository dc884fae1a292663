"""Words around which people say who they are and where they live, in the three languages. Data for `deidentify`.

Latin words are in the form of `intents.catalogue_file.plain`. All are tried on every message, whatever its language:
people mix, and a missed name costs more than a word too many taken out.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAYS_A_NAME = (
    "my name is",
    "my names",
    "my full name is",
    "name is",
    "im called",
    "i am called",
    "me llamo",
    "mi nombre es",
    "mi nombre completo es",
    "se llama",
)
"""What follows is a name, whatever it looks like."""
MAY_SAY_A_NAME = (
    "this is",
    "here is",
    "it is",
    "its",
    "i am",
    "im",
    "call me",
    "called",
    "named",
    "name",
    "nombre",
    "apellido",
    "surname",
    "soy",
    "habla",
    "aqui",
    "le habla",
    "de parte de",
)
"""What follows is a name unless it is a word we know: "this is urgent", "soy viuda"."""

TITLES = _words("mr mrs ms mister missus mz sr sra srta dona senor senora senorita")
TITLES_AND_PEOPLE = _words("senor senora senorita")
"""Those of them that stand for anyone as well: "una señora mayor"."""
TITLES_IN_DOUBT = _words(
    """miss dr dra doctor doctora nurse sister father pastor reverend rev rabbi don aunt auntie uncle grandma grandpa
    granny nana tia tio padre sir madam"""
)
"""A name follows where no article stands before them ("the doctor said")."""
ARTICLES = _words(
    "a an the my his her our your their this that any some no el la los las un una mi su al del otro otra"
)
RELATIONS = _words(
    """son daughter husband wife brother sister mother mum mom father dad friend neighbour neighbor carer aide nephew
    niece cousin grandson granddaughter partner boyfriend girlfriend boy girl baby cat dog
    hijo hija esposo esposa marido mujer hermano hermana madre padre mama papa amigo amiga vecino vecina nieto nieta
    sobrino sobrina primo prima novio novia suegra suegro cunado cunada perro gato"""
)
"""Followed by a capital, that is their name, even one that is a word too ("my husband Bill")."""
SIGN_OFFS = _words("thanks thankyou you regards love cheers bye gracias saludos atentamente xx xxx")
"""A last word after one of these is the writer's name."""

NEVER_NAMES = _words(
    """i im ive ill id a an the and or but so if of to in on at by for from with near no not yes please my your his her
    its our their me you he she it we they us is are was be been am do does did dont cant have has had need needs want
    wants can could would will should who that which what when where why how because thats theres whats youre shes hes
    isnt wont doesnt
    y e o u pero que el la los las un una unos unas mi mis tu su sus es soy estoy esta son tengo tiene necesito
    necesita quiero vivo vive puedo puede hay para por con sin en de del al si me se le lo les nos porque como donde
    cuando favor muy mas ya"""
)
"""Small words: they end a name, and are none."""
NOBODYS_NAMES = _words(
    """monday tuesday wednesday thursday friday saturday sunday english spanish chinese mandarin cantonese french
    russian arabic portuguese polish korean vietnamese american british mexican medicare medicaid snap alzheimer
    alzheimers covid parkinson parkinsons whatsapp google internet facebook wifi christmas easter god
    ingles espanol chino dios navidad"""
)
"""Written with a capital, and yet the name of no person."""
SAID_OF_ONESELF = _words(
    """urgent important serious ok okay fine new old sick ill blind deaf single alone scared afraid tired hungry cold
    lost stuck homeless widowed widow widower divorced housebound bedbound bedridden incontinent pregnant diabetic
    disabled retired unemployed veteran pensioner undocumented refugee immigrant dying
    urgente importante viuda viudo mayor solo sola enfermo enferma ciego ciega sordo sorda jubilado jubilada embarazada
    diabetico diabetica discapacitado discapacitada soltera soltero casada casado desempleado desempleada cansada
    cansado"""
)
"""What people are, in a word: "i am diabetic" is no introduction."""

STREETS = _words(
    """street st road rd avenue ave av lane ln drive dr court ct place pl boulevard blvd square sq terrace crescent
    close row hill way gardens grove park parkway pkwy highway hwy mews alley"""
)
CALLES = _words(
    """calle c/ avenida avda avd av carrera cra carretera camino paseo plaza pasaje callejon callejón calzada ronda
    travesia travesía"""
)
"""As written, with and without accents."""
NOT_IN_AN_ADDRESS = _words(
    """and or in on at to for from near by is are with minute minutes min mins hour hours hr hrs day days week weeks
    month months year years mile miles block blocks km people times pm am dollar dollars kids children"""
)
"""Words that never stand between a house number and its street: "10 minutes from the park"."""
DOORS = _words(
    """apt apartment apto apartamento unit flat suite ste room rm house number num no. nº n° n.º número numero piso
    puerta bloque departamento depto dpto casa portal escalera box"""
)
SPOKEN_DIGITS = _words(
    """zero oh one two three four five six seven eight nine double triple
    cero uno dos tres cuatro cinco seis siete ocho nueve"""
)

SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓邓鄧冯馮曹彭曾肖蕭萧田董潘袁蔡蒋蔣余于杜"
    "叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石贾賈韦韋夏付傅方白邹鄒孟熊秦邱江尹薛闫閆段雷侯龙龍史陶黎贺賀顾顧毛郝龚"
    "龔邵万萬钱錢严嚴覃武戴莫孔向汤湯温康施文牛樊葛邢安齐齊庄莊伍柯纪紀聂聶章鲁魯岳翁殷詹鲍鮑俞欧歐柳梅申尤卓"
)
"""Frequent ones, in both scripts, but for those that are small words far more often (和)."""
TWO_CHARACTER_SURNAMES = "欧阳|歐陽|上官|司马|司馬|诸葛|諸葛|司徒|慕容|夏侯|东方|皇甫|尉迟|尉遲"
COMMON_SURNAMES = "王李张張刘劉陈陳杨楊赵趙吴吳周徐孙孫"
"""After 老 and 小: 老王, 小李."""
CHINESE_TITLES = (
    "太太|先生|女士|小姐|夫人|阿姨|叔叔|伯伯|伯母|大爷|大爺|大妈|大媽|大姐|大哥|大嫂|"
    "奶奶|爷爷|爺爺|婆婆|公公|外婆|姑娘|老太"
)
CHINESE_CALLINGS = (
    "医生|醫生|大夫|护士|護士|老师|老師|师傅|師傅|经理|經理|主任|教授|律师|律師|姐|哥|嫂|伯|婶|嬸|叔|姨|太"
)
"""After a surname only, with nothing in between."""
NO_NAME_AFTER_CALLED = (
    "了|不|过|過|个|個|人|车|車|外卖|外賣|救护|救護|出租|医|醫|他|她|你|我|什么|什麼|天|做|作|的|谁|誰|修|来|來"
)
"""我叫车, 她叫了: called for something, not by a name."""
