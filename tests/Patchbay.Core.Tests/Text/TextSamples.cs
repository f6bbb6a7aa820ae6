using System.Globalization;
using System.Text;

namespace Patchbay.Core.Tests;

/// <summary>Texts of all kinds, the same in every run.</summary>
internal sealed class TextSamples
{
    private static readonly string[] Words =
    [
        "the", "Lighthouse", "KEEPER", "naïve", "Straße", "ŒUVRE", "żółć", "İstanbul", "ǅungla", "Ωmega", "θάλασσα", "ΑΘΗΝΑ", "Москва",
        "ёлка", "ქართული", "Հայերեն", "שלום", "עִבְרִית", "العربية", "مَرْحَبًا", "فارسی", "اردو", "नमस्ते", "हिन्दी", "বাংলা", "ਪੰਜਾਬੀ", "ગુજરાતી", "தமிழ்",
        "తెలుగు", "ಕನ್ನಡ", "മലയാളം", "සිංහල", "ภาษาไทย", "ລາວ", "မြန်မာ", "ភាសាខ្មែរ", "བོད་ཡིག", "አማርኛ", "ᏣᎳᎩ", "ᐃᓄᒃᑎᑐᑦ", "ᠮᠣᠩᠭᠣᠯ", "日本語",
        "ひらがな", "カタカナ", "ｶﾀｶﾅ", "漢字", "简体中文", "繁體", "한국어", "안녕하세요", "Ａｂｃ", "ªº", "ʰʲ", "𝒜𝓑𝔠", "𐐷𐐮", "𞤀𞤣", "𓂀", "Ǆ", "ﬁn", "IIₓ", "Ⅻ",
        "²³", "½", "٣٤٥", "१२३", "𝟘𝟙",
    ];

    private static readonly string[] Emoji =
    [
        "😀", "🚀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "🇯🇵", "❤️", "1️⃣", "☃", "🧑🏿‍🚀", "🤷🏼‍♀️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "⌚", "🫠", "©️", "♾", "𝄞", "\uFE0F", "\u200D",
    ];

    private static readonly string[] Spaces =
    [
        " ", "  ", "\t", "\n", "\r\n", "\r", "\n\n\n", "\u00A0", "\u0085", "\u2003", "\u2028", "\u2029", "\u3000", "\u200B", "\uFEFF", "\v", "\f",
        "        ", "\t\t", " \n ", "\u1680", "\u180E", "\u202F",
    ];

    private static readonly string[] Suffixes =
    [
        "'s", "'S", "'t", "'T", "'re", "'rE", "'Re", "'RE", "'ve", "'VE", "'m", "'M", "'ll", "'lL", "'LL", "'d", "'D", "'\u017F", "'x", "'", "''",
        "'r", "'l", "’s", "'sé",
    ];

    private static readonly string[] Symbols =
    [
        "!", "?!", "...", "/", "//", "\n/", "/\r\n/", "->", "=>", "==", "!=", "{", "}", "};", "()", "[]", "<", ">", "</", "<|", "|>", "#", "##", "@", "$",
        "%", "^", "&&", "*", "**", "_", "__", "-", "--", "+", "~", "`", "```", "\\", "|", ":", "::", ";", "\"", "“", "”", "…", "—", "、", "。", "！", "№",
        "€", "₿", "\0", "\u0001", "\u007F", "\uFFFD", "\uE000",
    ];

    private static readonly string[] Special =
    [
        "<|endoftext|>", "<|endofprompt|>", "<|im_start|>", "<|im_end|>", "<|fim_prefix|>", "<|start|>assistant<|message|>", "<|end",
    ];

    private static readonly int[] Marks = [.. Range(0x300, 0x36F), .. Range(0x591, 0x5BD), .. Range(0x64B, 0x65F), .. Range(0x20D0, 0x20F0), 0x93F, 0xE33];

    private readonly Random _random;
    private readonly StringBuilder _text = new();

    private TextSamples(int seed) => _random = new Random(seed);

    /// <summary>Short and long mixed texts.</summary>
    public static List<string> Mixed(int count)
    {
        var texts = new List<string>(count);
        for (var i = 0; i < count; i++)
        {
            texts.Add(new TextSamples(i).Make(i % 12));
        }

        return texts;
    }

    /// <summary>Every character that Unicode has assigned, each behind a small letter and before a capital.</summary>
    public static List<string> EveryCharacter()
    {
        var texts = new List<string>();
        var text = new StringBuilder();
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(codePoint);
            if (category is not (UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse))
            {
                text.Append('a').Append(char.ConvertFromUtf32(codePoint)).Append('B').Append(char.ConvertFromUtf32(codePoint));
            }

            if (text.Length > 400 || codePoint == 0x10FFFF)
            {
                texts.Add(text.ToString());
                text.Clear();
            }
        }

        return texts;
    }

    private string Make(int kind)
    {
        var parts = kind == 11 ? 100 : _random.Next(1, 24);
        for (var i = 0; i < parts; i++)
        {
            Append(kind is 10 or 11 ? _random.Next(10) : kind);
        }

        return _text.ToString();
    }

    private void Append(int kind)
    {
        switch (kind)
        {
            case 0:
                _text.Append(Cased(Pick(Words))).Append(_random.Next(4) == 0 ? Pick(Suffixes) : "").Append(' ');
                break;
            case 1:
                _text.Append(Pick(Words)).Append(_random.Next(3) == 0 ? "" : " ");
                break;
            case 2:
                _text.Append(AnyCharacter());
                break;
            case 3:
                _text.Append(Pick(Emoji)).Append(_random.Next(3) == 0 ? Pick(Words) : "");
                break;
            case 4:
                _text.Append(Pick(Words)[0] is var c && char.IsSurrogate(c) ? 'e' : c);
                Repeat(char.ConvertFromUtf32(Marks[_random.Next(Marks.Length)]), _random.Next(4));
                break;
            case 5:
                AppendCode();
                break;
            case 6:
                Repeat(Pick(Spaces), _random.Next(1, 4));
                _text.Append(_random.Next(3) == 0 ? Pick(Words) : _random.Next(3) == 0 ? Pick(Symbols) : "");
                break;
            case 7:
                _text.Append(_random.Next()).Append(Pick(Symbols)).Append(_random.NextDouble().ToString("R", CultureInfo.InvariantCulture));
                break;
            case 8:
                _text.Append(Pick(Special)).Append(_random.Next(2) == 0 ? Pick(Symbols) : Pick(Words));
                break;
            default:
                AppendLetters();
                break;
        }
    }

    private void AppendCode()
    {
        var name = Pick(Words) + Cased(Pick(Words));
        Repeat(_random.Next(2) == 0 ? "    " : "\t", _random.Next(4));
        _text.Append(_random.Next(5) switch
        {
            0 => $"public static int {name}(string {Pick(Words)}) {{ return {_random.Next(1000)}; }}\n",
            1 => $"if ({name}_{Pick(Words)} != 0x{_random.Next():X}) // {Pick(Words)}\r\n",
            2 => $"{{\"{name}\":[{_random.Next()},null,\"{Pick(Symbols)}\"]}}\n\n",
            3 => $"<div class=\"{name}\">{Pick(Symbols)}</div>",
            _ => $"def {name}(self, *args, **kwargs):\n    return self.{Pick(Words)}[{_random.Next(10)}:]\n",
        });
    }

    // Runs that are no words: the merges of bytes have the work.
    private void AppendLetters()
    {
        var one = (char)('a' + _random.Next(26));
        var length = _random.Next(1, 48);
        for (var i = 0; i < length; i++)
        {
            _text.Append((length & 3) switch
            {
                0 => one,
                1 => (char)('a' + _random.Next(26)),
                2 => (char)('A' + _random.Next(58)),
                _ => (char)(0x4E00 + _random.Next(0x5000)),
            });
        }
    }

    private string AnyCharacter()
    {
        while (true)
        {
            var codePoint = _random.Next(3) == 0 ? _random.Next(0x20000) : _random.Next(0x3000);
            if (codePoint is < 0xD800 or > 0xDFFF
                && CharUnicodeInfo.GetUnicodeCategory(codePoint) != UnicodeCategory.OtherNotAssigned)
            {
                return char.ConvertFromUtf32(codePoint);
            }
        }
    }

    private void Repeat(string text, int count)
    {
        for (var i = 0; i < count; i++)
        {
            _text.Append(text);
        }
    }

    private string Cased(string word) => _random.Next(3) switch
    {
        0 => word.ToUpperInvariant(),
        1 => word.ToLowerInvariant(),
        _ => word,
    };

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];

    private static IEnumerable<int> Range(int first, int last) => Enumerable.Range(first, last - first + 1);
}
