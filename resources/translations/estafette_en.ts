<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_GB">
<context>
    <name>CitizenScreen</name>
    <message numerus="yes">
        <source>%n field(s) to settle</source>
        <translation>
            <numerusform>%n field to settle</numerusform>
            <numerusform>%n fields to settle</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CitizensScreen</name>
    <message numerus="yes">
        <source>%n citizen(s) found</source>
        <translation>
            <numerusform>%n citizen found</numerusform>
            <numerusform>%n citizens found</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n near match(es)</source>
        <translation>
            <numerusform>%n near match</numerusform>
            <numerusform>%n near matches</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Counts</name>
    <message numerus="yes">
        <source>%n point(s)</source>
        <translation>
            <numerusform>%n point</numerusform>
            <numerusform>%n points</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) to check</source>
        <translation>
            <numerusform>%n answer to check</numerusform>
            <numerusform>%n answers to check</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more; F8 goes to the next one</source>
        <translation>
            <numerusform>and %n more; F8 goes to the next one</numerusform>
            <numerusform>and %n more; F8 goes to the next one</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HomeScreen</name>
    <message numerus="yes">
        <source>%n act(s) could not be applied and wait for a decision</source>
        <translation>
            <numerusform>%n act could not be applied and waits for a decision</numerusform>
            <numerusform>%n acts could not be applied and wait for a decision</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NewCaseScreen</name>
    <message numerus="yes">
        <source>An answer within %n day(s).</source>
        <translation>
            <numerusform>An answer within %n day.</numerusform>
            <numerusform>An answer within %n days.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Plurals</name>
    <message numerus="yes">
        <source>%n answer(s) kept</source>
        <translation>
            <numerusform>%n answer kept</numerusform>
            <numerusform>%n answers kept</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The first %n are listed.</source>
        <translation>
            <numerusform>The first one is listed.</numerusform>
            <numerusform>The first %n are listed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) of an earlier version of the form stay with this case.</source>
        <translation>
            <numerusform>%n answer of an earlier version of the form stays with this case.</numerusform>
            <numerusform>%n answers of an earlier version of the form stay with this case.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) to check afterwards</source>
        <translation>
            <numerusform>%n answer to check afterwards</numerusform>
            <numerusform>%n answers to check afterwards</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) without a place in that version: kept with the case, readable</source>
        <translation>
            <numerusform>%n answer without a place in that version: kept with the case, readable</numerusform>
            <numerusform>%n answers without a place in that version: kept with the case, readable</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) go to another page of the form</source>
        <translation>
            <numerusform>%n answer goes to another place in the form</numerusform>
            <numerusform>%n answers go to another place in the form</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n question(s) newly asked</source>
        <translation>
            <numerusform>%n question newly asked</numerusform>
            <numerusform>%n questions newly asked</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln act(s)</source>
        <translation>
            <numerusform>%Ln act</numerusform>
            <numerusform>%Ln acts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n act(s) wait to leave</source>
        <translation>
            <numerusform>%n act waits to leave</numerusform>
            <numerusform>%n acts wait to leave</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n field(s) to settle</source>
        <translation>
            <numerusform>%n field to settle</numerusform>
            <numerusform>%n fields to settle</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) left</source>
        <translation>
            <numerusform>%n day left</numerusform>
            <numerusform>%n days left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) late</source>
        <translation>
            <numerusform>%n day late</numerusform>
            <numerusform>%n days late</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n case(s) on this computer</source>
        <translation>
            <numerusform>%n case on this computer</numerusform>
            <numerusform>%n cases on this computer</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n citizen(s) on this computer</source>
        <translation>
            <numerusform>%n citizen on this computer</numerusform>
            <numerusform>%n citizens on this computer</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n act(s) wait for a decision</source>
        <translation>
            <numerusform>%n act waits for a decision</numerusform>
            <numerusform>%n acts wait for a decision</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) saved</source>
        <translation>
            <numerusform>%n answer saved</numerusform>
            <numerusform>%n answers saved</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UnlockView</name>
    <message numerus="yes">
        <source>Next try in %n second(s).</source>
        <translation>
            <numerusform>Next try in %n second.</numerusform>
            <numerusform>Next try in %n seconds.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ContestedScreen</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ParkedScreen</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HistoryTab</name>
    <message numerus="yes">
        <source>%n event(s), each exactly as the computer of its author wrote it.</source>
        <translation>
            <numerusform>%n event, exactly as the computer of its author wrote it.</numerusform>
            <numerusform>%n events, each exactly as the computer of its author wrote it.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrialCounts</name>
    <message numerus="yes">
        <source>%n step(s) so far</source>
        <translation>
            <numerusform>%n step so far</numerusform>
            <numerusform>%n steps so far</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n line(s)</source>
        <translation>
            <numerusform>%n line</numerusform>
            <numerusform>%n lines</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n changed by the last act</source>
        <translation>
            <numerusform>%n changed by the last act</numerusform>
            <numerusform>%n changed by the last act</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) have no place in the form any more: %1</source>
        <translation>
            <numerusform>%n answer has no place in the form any more: %1</numerusform>
            <numerusform>%n answers have no place in the form any more: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n answer(s) are no longer offered: %1</source>
        <translation>
            <numerusform>%n answer is no longer offered: %1</numerusform>
            <numerusform>%n answers are no longer offered: %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PaperPane</name>
    <message numerus="yes">
        <source>%n page(s)</source>
        <translation>
            <numerusform>%n page</numerusform>
            <numerusform>%n pages</numerusform>
        </translation>
    </message>
</context>
</TS>
