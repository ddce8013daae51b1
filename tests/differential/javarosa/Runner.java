// Runs a script of steps in JavaRosa and prints values, hidden, required, readonly and rows as `main.py form --replay`.
// Usage: java -cp ODK_Validate.jar Runner.java FORM.xml STEPS.json   (STEPS.json.lines is read: act TAB reference TAB text)
import java.io.FileInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormUtils;

public class Runner {
    static FormDef form;
    static FormEntryController controller;
    static StringBuilder values, hidden, required, readonly, rows;

    public static void main(String[] given) throws Exception {
        PrototypeManager.registerPrototypes(JavaRosaCoreModule.classNames);
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        form = XFormUtils.getFormFromInputStream(new FileInputStream(given[0]));
        controller = new FormEntryController(new FormEntryModel(form));
        form.initialize(true, new InstanceInitializationFactory());
        print(false);
        for (String line : Files.readAllLines(Path.of(given[1] + ".lines"))) {
            String[] step = line.split("\t", -1);
            boolean refused = false;
            try {
                act(step[0], step[1], step[2]);
            } catch (Exception error) {
                refused = true;
                System.err.println(error);
            }
            print(refused);
        }
    }

    static void act(String act, String reference, String text) {
        switch (act) {
            case "answer" -> {
                TreeElement node = find(reference);
                IAnswerData answer = text.isEmpty() ? null : AnswerDataFactory.templateByDataType(
                    node.getDataType() == Constants.DATATYPE_UNSUPPORTED ? Constants.DATATYPE_TEXT : node.getDataType())
                    .cast(new UncastData(text));
                form.setValue(answer, node.getRef(), true);
            }
            case "add_row" -> controller.newRepeat(index(FormEntryController.EVENT_PROMPT_NEW_REPEAT, reference));
            case "remove_row" -> controller.deleteRepeat(index(FormEntryController.EVENT_REPEAT, reference));
            default -> controller.setLanguage(reference);
        }
    }

    static FormIndex index(int event, String reference) {
        controller.jumpToIndex(FormIndex.createBeginningOfFormIndex());
        while (true) {
            int found = controller.stepToNextEvent();
            if (found == FormEntryController.EVENT_END_OF_FORM) throw new IllegalStateException("no such place");
            FormIndex at = controller.getModel().getFormIndex();
            if (found != event) continue;
            String here = written(at.getReference());
            if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT) here = here.replaceFirst("\\[\\d+\\]$", "");
            if (here.equals(reference)) return at;
        }
    }

    static String written(TreeReference reference) {
        StringBuilder found = new StringBuilder();
        TreeReference at = TreeReference.rootRef();
        for (int level = 0; level < reference.size(); level++) {
            at = at.extendRef(reference.getName(level), reference.getMultiplicity(level));
            found.append('/').append(plain(reference.getName(level)));
            TreeElement template = form.getMainInstance().getTemplatePath(at.genericize());
            if (template != null && template.isRepeatable()) found.append('[').append(reference.getMultiplicity(level) + 1).append(']');
        }
        return found.toString();
    }

    static String plain(String name) {
        return name.substring(name.indexOf(':') + 1);
    }

    static TreeElement find(String reference) {
        List<TreeElement> leaves = new ArrayList<>();
        collect(form.getMainInstance().getRoot(), leaves);
        for (TreeElement leaf : leaves) if (path(leaf).equals(reference)) return leaf;
        throw new IllegalStateException("no such question");
    }

    static void collect(TreeElement node, List<TreeElement> found) {
        if (node.getMult() == TreeReference.INDEX_TEMPLATE) return;
        if (node.getNumChildren() == 0) found.add(node);
        for (int place = 0; place < node.getNumChildren(); place++) collect(node.getChildAt(place), found);
    }

    static String path(TreeElement node) {
        String around = node.getParent() instanceof TreeElement parent && parent.getName() != null ? path(parent) : "";
        return around + "/" + plain(node.getName()) + (node.isRepeatable() ? "[" + (node.getMult() + 1) + "]" : "");
    }

    static void print(boolean refused) {
        values = new StringBuilder();
        hidden = new StringBuilder();
        required = new StringBuilder();
        readonly = new StringBuilder();
        visit(form.getMainInstance().getRoot(), true);
        System.out.println("{\"values\":{" + values + "},\"hidden\":[" + hidden + "],\"required\":[" + required + "],\"readonly\":["
            + readonly + "],\"refused\":" + refused + "}");
    }

    static void visit(TreeElement node, boolean around) {
        if (node.getMult() == TreeReference.INDEX_TEMPLATE) return;
        boolean relevant = around && node.isRelevant();
        if (around && !relevant) add(hidden, quoted(path(node)));
        if (node.getNumChildren() == 0) {
            String text = node.getValue() == null || !relevant ? "" : node.getValue().uncast().getString();
            add(values, quoted(path(node)) + ":" + quoted(text));
            if (relevant && node.isRequired()) add(required, quoted(path(node)));
            if (relevant && !node.isEnabled()) add(readonly, quoted(path(node)));
        }
        for (int place = 0; place < node.getNumChildren(); place++) visit(node.getChildAt(place), relevant);
    }

    static void add(StringBuilder list, String item) {
        if (list.length() > 0) list.append(',');
        list.append(item);
    }

    static String quoted(String text) {
        StringBuilder found = new StringBuilder("\"");
        for (char sign : text.toCharArray()) {
            if (sign == '"' || sign == '\\') found.append('\\').append(sign);
            else if (sign < ' ') found.append(String.format("\\u%04x", (int) sign));
            else found.append(sign);
        }
        return found.append('"').toString();
    }
}
