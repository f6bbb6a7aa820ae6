using System.Text;

namespace Patchbay.Benchmarks;

/// <summary>Texts for the tokenizer, of any length and the same in every run.</summary>
internal static class TokenizerTexts
{
    private static readonly string[] Sentences =
    [
        "A lighthouse keeper writes down the weather four times a day, whatever the weather is. ",
        "Der Wärter schreibt viermal am Tag das Wetter auf, auch wenn es stürmt. ",
        "Смотритель маяка записывает погоду четыре раза в день. ",
        "灯台守は一日に四回、天気を書き留めます。",
        "灯塔看守人每天记录四次天气，无论刮风下雨。",
        "등대지기는 하루에 네 번 날씨를 적는다. ",
        "प्रकाशस्तंभ का रखवाला दिन में चार बार मौसम लिखता है। ",
        "يسجل حارس المنارة حالة الطقس أربع مرات في اليوم. ",
        "Ciśnienie spada 🌧️👩🏽‍✈️ — 1013,25 hPa… naïve café? ",
        "{\"pressure\":1013.25,\"wind\":[\"NNW\",7],\"at\":\"2026-05-01T06:00:00Z\"}\n",
        "    for (var i = 0; i < readings.Length; i++)\n    {\n        sum += readings[i].Pressure;\n    }\n\n",
    ];

    // Prose is made of the first sentence's words in changing order, so that it does not repeat itself.
    private static readonly string[] Words =
    [
        "lighthouse", "keeper", "writes", "down", "the", "weather", "four", "times", "a", "day", "pressure", "falling", "before", "wind",
        "tomorrow", "readings", "instrument", "explains", "nevertheless", "Norwegian", "unusually", "thermometer's", "don't", "and", "of",
    ];

    /// <summary>All languages, JSON and code.</summary>
    public static byte[] Mixed(int bytes) => Fill(bytes, static random => Sentences[random.Next(Sentences.Length)]);

    /// <summary>English.</summary>
    public static byte[] Prose(int bytes) =>
        Fill(bytes, static random => Words[random.Next(Words.Length)] + (random.Next(9) == 0 ? ". " : " "));

    /// <summary>Letters without order: one single piece, the most work a byte can make.</summary>
    public static byte[] OnePiece(int bytes) => Fill(bytes, static random => ((char)('a' + random.Next(26))).ToString());

    private static byte[] Fill(int bytes, Func<Random, string> next)
    {
        var random = new Random(5);
        var text = new StringBuilder();
        var length = 0;
        while (length < bytes)
        {
            var part = next(random);
            text.Append(part);
            length += Encoding.UTF8.GetByteCount(part);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
