// Times a script of steps in JavaRosa; prints one JSON line: {load: [ms], steps: {tag: [[ms of each round]]}, heap_mb}.
// Usage: java -cp ODK_Validate.jar Bench.java FORM.xml STEPS.lines ROUNDS   (lines: tag TAB act TAB reference TAB text)
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.data.AnswerDataFactory;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.UncastData;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormUtils;

public class Bench {
    static FormDef form;
    static FormEntryController controller;
    static Map<String, TreeElement> leaves;
    static Map<String, FormIndex> questions;
    static Object kept;

    public static void main(String[] given) throws Exception {
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        byte[] xml = Files.readAllBytes(Path.of(given[0]));
        List<String[]> steps = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(given[1]))) steps.add(line.split("\t", -1));
        List<Double> load = new ArrayList<>();
        List<List<Double>> taken = new ArrayList<>();
        for (int number = 0; number < steps.size(); number++) taken.add(new ArrayList<>());
        double heap = 0;
        for (int round = 0; round < Integer.parseInt(given[2]); round++) {
            form = null; controller = null; leaves = null; questions = null; kept = null;
            long before = used();
            long begun = System.nanoTime();
            form = XFormUtils.getFormFromInputStream(new ByteArrayInputStream(xml));
            controller = new FormEntryController(new FormEntryModel(form));
            form.initialize(true, new InstanceInitializationFactory());
            load.add((System.nanoTime() - begun) / 1e6);
            if (round == 0) heap = (used() - before) / 1048576.0;
            index();
            for (int number = 0; number < steps.size(); number++) {
                String[] step = steps.get(number);
                Runnable act = prepared(step[1], step[2], step[3]);
                long started = System.nanoTime();
                act.run();
                taken.get(number).add((System.nanoTime() - started) / 1e6);
                if (step[1].endsWith("_row")) leaves = null;
            }
        }
        Map<String, List<List<Double>>> tags = new LinkedHashMap<>();
        for (int number = 0; number < steps.size(); number++) tags.computeIfAbsent(steps.get(number)[0], tag -> new ArrayList<>()).add(taken.get(number));
        StringBuilder said = new StringBuilder("{\"load\":" + load + ",\"heap_mb\":" + heap + ",\"steps\":{");
        String comma = "";
        for (var tag : tags.entrySet()) {
            said.append(comma).append('"').append(tag.getKey()).append("\":").append(tag.getValue());
            comma = ",";
        }
        System.out.println(said + "}}");
    }

    static long used() {
        for (int time = 0; time < 3; time++) System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    static void index() {
        questions = new HashMap<>();
        controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        int event;
        while ((event = controller.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM) {
            FormIndex at = controller.getModel().getFormIndex();
            if (event == FormEntryController.EVENT_QUESTION) questions.put(generic(at.getReference()), at);
        }
        controller.getModel().getForm();
    }

    static Runnable prepared(String act, String on, String text) {
        switch (act) {
            case "answer": {
                TreeElement node = leaf(on);
                int type = node.getDataType() == Constants.DATATYPE_UNSUPPORTED ? Constants.DATATYPE_TEXT : node.getDataType();
                TreeReference place = node.getRef();
                return () -> {
                    IAnswerData answer = text.isEmpty() ? null : AnswerDataFactory.templateByDataType(type).cast(new UncastData(text));
                    form.setValue(answer, place, true);
                };
            }
            case "add_row": {
                FormIndex at = find(FormEntryController.EVENT_PROMPT_NEW_REPEAT, on);
                return () -> controller.newRepeat(at);
            }
            case "remove_row": {
                FormIndex at = find(FormEntryController.EVENT_REPEAT, on);
                return () -> controller.deleteRepeat(at);
            }
            case "choices": {
                FormIndex at = questions.get(on);
                return () -> {
                    FormEntryPrompt prompt = controller.getModel().getQuestionPrompt(at);
                    List<String> words = new ArrayList<>();
                    prompt.getSelectChoices().forEach(choice -> words.add(prompt.getSelectChoiceText(choice)));
                    kept = words;
                };
            }
            default: {
                List<FormIndex> all = new ArrayList<>(questions.values());
                return () -> {
                    controller.setLanguage(on);
                    List<String> words = new ArrayList<>();
                    for (FormIndex at : all) {
                        FormEntryPrompt prompt = controller.getModel().getQuestionPrompt(at);
                        words.add(prompt.getQuestionText());
                        words.add(prompt.getHelpText());
                    }
                    kept = words;
                };
            }
        }
    }

    static FormIndex find(int event, String on) {
        controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        int found;
        while ((found = controller.stepToNextEvent()) != FormEntryController.EVENT_END_OF_FORM) {
            if (found != event) continue;
            FormIndex at = controller.getModel().getFormIndex();
            TreeReference place = at.getReference();
            if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT) return at;  // the forms measured have one repeat
            if (on.endsWith("[" + (place.getMultLast() + 1) + "]")) return at;
        }
        throw new IllegalStateException("no such place");
    }

    static TreeElement leaf(String on) {
        if (leaves == null) {
            leaves = new HashMap<>();
            collect(form.getMainInstance().getRoot());
        }
        return leaves.get(on);
    }

    static void collect(TreeElement node) {
        if (node.getMult() == TreeReference.INDEX_TEMPLATE) return;
        if (node.getNumChildren() == 0) leaves.put(path(node), node);
        for (int place = 0; place < node.getNumChildren(); place++) collect(node.getChildAt(place));
    }

    static String path(TreeElement node) {
        String around = node.getParent() instanceof TreeElement parent && parent.getName() != null ? path(parent) : "";
        return around + "/" + node.getName() + (node.isRepeatable() ? "[" + (node.getMult() + 1) + "]" : "");
    }

    static String generic(TreeReference reference) {
        StringBuilder found = new StringBuilder();
        for (int level = 0; level < reference.size(); level++) found.append('/').append(reference.getName(level));
        return found.toString();
    }
}
